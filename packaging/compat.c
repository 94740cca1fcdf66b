// arc4random_buf for C libraries before 2.36, over getrandom(2): a copy of Debian 12's expat that is part of the tarball
// calls it. The program itself does not.
#include <stddef.h>
#include <sys/random.h>
#include <stdlib.h>

void arc4random_buf(void *buffer, size_t count) {
  unsigned char *place = buffer;
  while (count > 0) {
    ssize_t written = getrandom(place, count, 0);
    if (written <= 0) abort();
    place += written;
    count -= (size_t)written;
  }
}
