#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

// What Swift cannot call: functions with a variable number of arguments, callbacks that get a va_list, and macros of
// unsigned types.

struct dermgemma_http_callbacks {
  // Handed to every callback as its first argument.
  void *context;
  MHD_AccessHandlerCallback access;
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection;
  void *(*target)(void *context, const char *uri, struct MHD_Connection *connection);
  void (*log)(void *context, const char *message);
};

struct dermgemma_http_settings {
  int listening_socket;
  unsigned int threads;
  unsigned int connections;
  unsigned int connections_of_one_address;
  unsigned int idle_seconds;
  size_t connection_bytes;
  // PEM texts; NULL without TLS.
  const char *certificate;
  const char *key;
};

// Targets are decoded by us.
static inline size_t dermgemma_http_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  return strlen(text);
}

static inline void dermgemma_http_log(void *context, const char *format, va_list arguments) {
  const struct dermgemma_http_callbacks *callbacks = (const struct dermgemma_http_callbacks *)context;
  char message[512];
  vsnprintf(message, sizeof message, format, arguments);
  callbacks->log(callbacks->context, message);
}

// The callbacks must outlive the daemon.
static inline struct MHD_Daemon *dermgemma_http_start(
    const struct dermgemma_http_settings *settings, const struct dermgemma_http_callbacks *callbacks) {
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  struct MHD_OptionItem tls[3] = {{MHD_OPTION_END, 0, NULL}};
  if (settings->certificate) {
    flags |= MHD_USE_TLS;
    tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
    tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->key};
    tls[2] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
  }
  return MHD_start_daemon(
      flags, 0, NULL, NULL, callbacks->access, callbacks->context,
      MHD_OPTION_EXTERNAL_LOGGER, dermgemma_http_log, callbacks,
      MHD_OPTION_LISTEN_SOCKET, (MHD_socket)settings->listening_socket,
      MHD_OPTION_THREAD_POOL_SIZE, settings->threads,
      MHD_OPTION_CONNECTION_LIMIT, settings->connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connections_of_one_address,
      MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_bytes,
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_UNESCAPE_CALLBACK, dermgemma_http_keep_escapes, NULL,
      MHD_OPTION_URI_LOG_CALLBACK, callbacks->target, callbacks->context,
      MHD_OPTION_NOTIFY_COMPLETED, callbacks->completed, callbacks->context,
      MHD_OPTION_NOTIFY_CONNECTION, callbacks->connection, callbacks->context,
      MHD_OPTION_ARRAY, tls,
      MHD_OPTION_END);
}

// -1 when there is none.
static inline int dermgemma_http_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

// The client's address in numbers; an empty text when it has none.
static inline void dermgemma_http_client(struct MHD_Connection *connection, char *text, size_t size) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  text[0] = 0;
  if (!info || !info->client_addr) return;
  const struct sockaddr *address = info->client_addr;
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, (socklen_t)size);
  else if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text, (socklen_t)size);
}

static inline void *dermgemma_http_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static inline uint64_t dermgemma_http_unknown_size(void) { return MHD_SIZE_UNKNOWN; }
static inline ssize_t dermgemma_http_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline ssize_t dermgemma_http_end_with_error(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }

static inline void dermgemma_http_each_field(
    struct MHD_Connection *connection, MHD_KeyValueIterator each, void *context) {
  MHD_get_connection_values(connection, MHD_HEADER_KIND, each, context);
}

// The bytes are copied.
static inline struct MHD_Response *dermgemma_http_response(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}
