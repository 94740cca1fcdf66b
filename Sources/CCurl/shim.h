#pragma once
#include <curl/curl.h>

// Swift cannot call functions with variable arguments: one shim for each sort of value.
static inline CURLcode dermgemma_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dermgemma_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dermgemma_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
// libcurl copies the body.
static inline void dermgemma_curl_set_body(CURL *handle, const void *bytes, curl_off_t count) {
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, count);
  curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}
static inline CURLcode dermgemma_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}
typedef size_t (*dermgemma_curl_bytes)(char *bytes, size_t size, size_t count, void *receiver);
static inline void dermgemma_curl_on_body(CURL *handle, dermgemma_curl_bytes callback, void *receiver) {
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, receiver);
}
static inline void dermgemma_curl_on_header(CURL *handle, dermgemma_curl_bytes callback, void *receiver) {
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, receiver);
}
typedef int (*dermgemma_curl_look)(void *receiver, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline void dermgemma_curl_on_look(CURL *handle, dermgemma_curl_look callback, void *receiver) {
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, receiver);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}
static inline void dermgemma_curl_only_http(CURL *handle) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
}
static inline double dermgemma_curl_connect_seconds(CURL *handle) {
  double seconds = 0;
  curl_easy_getinfo(handle, CURLINFO_CONNECT_TIME, &seconds);
  return seconds;
}
// What the server's certificate is, as X509_verify_cert's error.
static inline long dermgemma_curl_certificate(CURL *handle) {
  long result = 0;
  curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &result);
  return result;
}
static inline long dermgemma_curl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
