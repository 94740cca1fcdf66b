#pragma once
#include <ggml-backend.h>
#include <ggml.h>
#include <llama.h>
#include <mtmd-helper.h>
#include <mtmd.h>

// glibc declares dladdr(3) for GNU programs only, and Swift's Glibc module is not one.
typedef struct {
  const char *file;
  void *base;
  const char *symbol;
  void *address;
} dermgemma_library_info;
int dermgemma_dladdr(const void *address, dermgemma_library_info *info) __asm__("dladdr");

// Likewise memfd_create(2): an empty file in memory, which is gone when it is closed.
int dermgemma_memory_file(const char *name, unsigned flags) __asm__("memfd_create");

// Where llama.cpp itself was loaded.
static inline const char *dermgemma_llama_library(void) {
  dermgemma_library_info info = {0};
  return dermgemma_dladdr((const void *)&llama_backend_init, &info) ? info.file : 0;
}
