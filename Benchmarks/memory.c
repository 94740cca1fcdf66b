// How fast this machine's memory gives the bytes of a file: the least time in which a token can be written that reads every weight once.
//
//   cc -O3 -march=native -pthread Benchmarks/memory.c -o memory && ./memory FILE [THREADS] [PASSES]
//
// The file is mapped, as llama.cpp maps it, and gone through once before. In each pass every thread adds up, 8 bytes at a time, a run of its own of
// equal length. Prints the milliseconds of each pass, one a line.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct run {
  const uint64_t *from;
  size_t words;
  uint64_t sum;
};

static void *add(void *given) {
  struct run *run = given;
  uint64_t sum = 0;
  for (size_t i = 0; i < run->words; i++) sum += run->from[i];
  run->sum = sum;
  return NULL;
}

int main(int count, char **words) {
  int threads = count > 2 ? atoi(words[2]) : 1, passes = count > 3 ? atoi(words[3]) : 16;
  struct stat about;
  int file = count > 1 ? open(words[1], O_RDONLY) : -1;
  if (file < 0 || fstat(file, &about) || about.st_size < 4096 || threads < 1 || threads > 256 || passes < 1) {
    fprintf(stderr, "usage: memory FILE [THREADS] [PASSES], a file of 4 KB or more\n");
    return 64;
  }
  const uint64_t *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  if (bytes == MAP_FAILED) {
    perror(words[1]);
    return 1;
  }
  size_t each = (size_t)about.st_size / 8 / (size_t)threads;
  struct run runs[256];
  pthread_t started[256];
  uint64_t sum = 0;
  for (int pass = -1; pass < passes; pass++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < threads; i++) {
      runs[i] = (struct run){.from = bytes + (size_t)i * each, .words = each};
      if (pthread_create(&started[i], NULL, add, &runs[i])) return 1;
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(started[i], NULL);
      sum += runs[i].sum;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (pass >= 0) printf("%.3f\n", (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6);
  }
  fprintf(stderr, "%llx\n", (unsigned long long)sum);  // so that nothing is left out
  return 0;
}
