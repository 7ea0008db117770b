/* Stands between a process and its files (LD_PRELOAD): what happens below one folder is recorded, or made to fail.

   KOSCHUSO_RECORD_ROOT  absolute folder; everything else passes untouched
   KOSCHUSO_RECORD_LOG   file that takes the record; without it nothing is recorded

   A record is: operation (1 byte), inode (8), offset or size (8), two lengths (4 + 4), two pieces of data; host order.
     C path         a file was created         W data   bytes were written at the offset
     T              a file got another size    S        a file was synchronised
     D path         a folder was synchronised  R a, b   a was renamed to b
     L a, b         b became a link to a       U path   a name was removed
     M path         a folder was made          X path   a folder was removed
   SQLite's -shm files are memory, not disk, and are left out.

   recorder_arm(n, what) lets the n-th changing operation from now on go wrong: what = -9 kills the process before it,
   what > 0 lets it and all later ones fail with that errno (those that need no room
   only with EIO); recorder_count() tells how many there were.
   Only one process is watched: a child after fork starts with nothing armed and shares the log. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static char root[PATH_MAX];
static size_t root_length;
static int log_descriptor = -1;
static long counted, armed_at;
static int armed_what;
static pthread_mutex_t order = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("KOSCHUSO_RECORD_ROOT"), *log = getenv("KOSCHUSO_RECORD_LOG");
  if (folder == NULL || strlen(folder) >= sizeof root) return;
  strcpy(root, folder);
  root_length = strlen(root);
  if (log != NULL) log_descriptor = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

long recorder_count(void) { return counted; }
void recorder_arm(long number, int what) { counted = 0; armed_at = number; armed_what = what; }

static int below_root(const char *path) {
  size_t length = strlen(path);
  if (!root_length || strncmp(path, root, root_length) || path[root_length] != '/') return 0;
  return length < 4 || strcmp(path + length - 4, "-shm");
}

/* The absolute path that a system call means; whether it is watched. */
static int resolved(int folder, const char *path, char *whole) {
  char link[64];
  ssize_t length;
  if (!root_length || path == NULL) return 0;
  if (path[0] == '/') {
    if (strlen(path) >= PATH_MAX) return 0;
    strcpy(whole, path);
  } else {
    if (folder == AT_FDCWD) {
      if (getcwd(whole, PATH_MAX) == NULL) return 0;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      if ((length = readlink(link, whole, PATH_MAX - 1)) < 0) return 0;
      whole[length] = 0;
    }
    if (strlen(whole) + strlen(path) + 2 >= PATH_MAX) return 0;
    strcat(strcat(whole, "/"), path);
  }
  return below_root(whole);
}

/* Whether a descriptor is an open file (or folder) below the root; gives its state. */
static int watched(int descriptor, char *whole, struct stat *state) {
  char link[64];
  ssize_t length;
  if (!root_length || descriptor == log_descriptor) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  if ((length = readlink(link, whole, PATH_MAX - 1)) < 0) return 0;
  whole[length] = 0;
  return (!strcmp(whole, root) || below_root(whole)) && fstat(descriptor, state) == 0;
}

static void record(char operation, uint64_t inode, uint64_t offset, const void *one, size_t first, const void *two,
                   size_t second) {
  char head[25];
  uint32_t lengths[2] = {first, second};
  struct iovec parts[3] = {{head, sizeof head}, {(void *)one, first}, {(void *)two, second}};
  int kept = errno;
  if (log_descriptor < 0) return;
  head[0] = operation;
  memcpy(head + 1, &inode, 8);
  memcpy(head + 9, &offset, 8);
  memcpy(head + 17, lengths, 8);
  if (syscall(SYS_writev, log_descriptor, parts, 3) != (long)(sizeof head + first + second)) abort();
  errno = kept;
}

static void record_path(char operation, uint64_t inode, const char *path) {
  record(operation, inode, 0, path, strlen(path), NULL, 0);
}

/* Count a changing operation; whether it must fail, with errno set. */
static int refused(int needs_room) {
  counted++;
  if (!armed_at || counted < armed_at) return 0;
  if (armed_what < 0) syscall(SYS_kill, syscall(SYS_getpid), -armed_what);
  if (!needs_room && armed_what != EIO) return 0;
  errno = armed_what;
  return 1;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  struct stat before, after;
  int existed, descriptor;
  if (!resolved(folder, path, whole) || !(flags & (O_CREAT | O_TRUNC)))
    return syscall(SYS_openat, folder, path, flags, mode);
  pthread_mutex_lock(&order);
  existed = syscall(SYS_newfstatat, AT_FDCWD, whole, &before, 0) == 0;
  if (((!existed && (flags & O_CREAT)) || (existed && (flags & O_TRUNC))) && refused(!existed)) {
    pthread_mutex_unlock(&order);
    return -1;
  }
  descriptor = syscall(SYS_openat, folder, path, flags, mode);
  if (descriptor >= 0 && fstat(descriptor, &after) == 0) {
    if (!existed) record_path('C', after.st_ino, whole);
    else if (flags & O_TRUNC) record('T', after.st_ino, 0, NULL, 0, NULL, 0);
  }
  pthread_mutex_unlock(&order);
  return descriptor;
}

static mode_t mode_of(int flags, va_list list) { return (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0; }

#define OPEN(name)                                                \
  int name(const char *path, int flags, ...) {                    \
    va_list list;                                                 \
    va_start(list, flags);                                        \
    mode_t mode = mode_of(flags, list);                           \
    va_end(list);                                                 \
    return opened(AT_FDCWD, path, flags, mode);                   \
  }
#define OPENAT(name)                                              \
  int name(int folder, const char *path, int flags, ...) {        \
    va_list list;                                                 \
    va_start(list, flags);                                        \
    mode_t mode = mode_of(flags, list);                           \
    va_end(list);                                                 \
    return opened(folder, path, flags, mode);                     \
  }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static ssize_t written(int descriptor, const void *data, size_t size, off_t offset, int at) {
  char whole[PATH_MAX];
  struct stat state;
  ssize_t done;
  off_t place = offset;
  if (!watched(descriptor, whole, &state) || !S_ISREG(state.st_mode))
    return at ? syscall(SYS_pwrite64, descriptor, data, size, offset) : syscall(SYS_write, descriptor, data, size);
  pthread_mutex_lock(&order);
  if (refused(1)) {
    pthread_mutex_unlock(&order);
    return -1;
  }
  if (!at) {
    place = (fcntl(descriptor, F_GETFL) & O_APPEND) ? state.st_size : lseek(descriptor, 0, SEEK_CUR);
    done = syscall(SYS_write, descriptor, data, size);
  } else
    done = syscall(SYS_pwrite64, descriptor, data, size, offset);
  if (done > 0) record('W', state.st_ino, place, data, done, NULL, 0);
  pthread_mutex_unlock(&order);
  return done;
}

ssize_t write(int descriptor, const void *data, size_t size) { return written(descriptor, data, size, 0, 0); }
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t at) { return written(descriptor, data, size, at, 1); }
ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t at) { return written(descriptor, data, size, at, 1); }

/* A short count is allowed: writers of several pieces go on with the rest. */
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  char whole[PATH_MAX];
  struct stat state;
  if (!watched(descriptor, whole, &state)) return syscall(SYS_writev, descriptor, parts, count);
  return count ? written(descriptor, parts[0].iov_base, parts[0].iov_len, 0, 0) : 0;
}

/* Copies inside the kernel cannot be seen: callers fall back to reading and writing. */
ssize_t sendfile(int out, int in, off_t *offset, size_t size) {
  char whole[PATH_MAX];
  struct stat state;
  if (!watched(out, whole, &state)) return syscall(SYS_sendfile, out, in, offset, size);
  errno = EINVAL;
  return -1;
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t size) { return sendfile(out, in, offset, size); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
  char whole[PATH_MAX];
  struct stat state;
  if (!watched(out, whole, &state)) return syscall(SYS_copy_file_range, in, from, out, to, size, flags);
  errno = EXDEV;
  return -1;
}

static int sized(int descriptor, off_t size) {
  char whole[PATH_MAX];
  struct stat state;
  int result;
  if (!watched(descriptor, whole, &state)) return syscall(SYS_ftruncate, descriptor, size);
  pthread_mutex_lock(&order);
  if (refused(size > state.st_size))
    result = -1;
  else if ((result = syscall(SYS_ftruncate, descriptor, size)) == 0)
    record('T', state.st_ino, size, NULL, 0, NULL, 0);
  pthread_mutex_unlock(&order);
  return result;
}
int ftruncate(int descriptor, off_t size) { return sized(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return sized(descriptor, size); }

static int synced(int descriptor, long call) {
  char whole[PATH_MAX];
  struct stat state;
  int result;
  if (!watched(descriptor, whole, &state)) return syscall(call, descriptor);
  pthread_mutex_lock(&order);
  if (refused(0))
    result = -1;
  else if ((result = syscall(call, descriptor)) == 0)
    record_path(S_ISDIR(state.st_mode) ? 'D' : 'S', state.st_ino, whole);
  pthread_mutex_unlock(&order);
  return result;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

static int renamed(int folder, const char *from, int other, const char *to, unsigned flags) {
  char source[PATH_MAX], target[PATH_MAX];
  int result, seen = resolved(folder, from, source) | (resolved(other, to, target) << 1);
  if (!seen) return syscall(SYS_renameat2, folder, from, other, to, flags);
  if (seen != 3) abort(); /* across the border: nothing that a store does */
  pthread_mutex_lock(&order);
  if (refused(1))
    result = -1;
  else if ((result = syscall(SYS_renameat2, folder, from, other, to, flags)) == 0)
    record('R', 0, 0, source, strlen(source), target, strlen(target));
  pthread_mutex_unlock(&order);
  return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return renamed(a, from, b, to, flags); }

static int linked(int folder, const char *from, int other, const char *to, int flags) {
  char source[PATH_MAX], target[PATH_MAX];
  struct stat state;
  int result;
  if (!resolved(other, to, target) || !resolved(folder, from, source))
    return syscall(SYS_linkat, folder, from, other, to, flags);
  pthread_mutex_lock(&order);
  if (refused(1))
    result = -1;
  else if ((result = syscall(SYS_linkat, folder, from, other, to, flags)) == 0 && stat(source, &state) == 0)
    record('L', state.st_ino, 0, source, strlen(source), target, strlen(target));
  pthread_mutex_unlock(&order);
  return result;
}
int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return linked(a, from, b, to, flags); }

static int removed(int folder, const char *path, int flags) {
  char whole[PATH_MAX];
  int result;
  if (!resolved(folder, path, whole)) return syscall(SYS_unlinkat, folder, path, flags);
  pthread_mutex_lock(&order);
  if (refused(0))
    result = -1;
  else if ((result = syscall(SYS_unlinkat, folder, path, flags)) == 0)
    record_path(flags & AT_REMOVEDIR ? 'X' : 'U', 0, whole);
  pthread_mutex_unlock(&order);
  return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int folder, const char *path, mode_t mode) {
  char whole[PATH_MAX];
  int result;
  if (!resolved(folder, path, whole)) return syscall(SYS_mkdirat, folder, path, mode);
  pthread_mutex_lock(&order);
  if (refused(1))
    result = -1;
  else if ((result = syscall(SYS_mkdirat, folder, path, mode)) == 0)
    record_path('M', 0, whole);
  pthread_mutex_unlock(&order);
  return result;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return made(folder, path, mode); }
