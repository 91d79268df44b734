/* Counts the system calls that change files below one folder and makes one of them fail.
 *
 * Loaded with LD_PRELOAD; asleep until fault_arm(). Kinds: 'c' count only, 'k' the process is
 * killed before the step, 'e' the step fails once with EIO, 'f' from the step on nothing more can
 * be written (ENOSPC), 'p' the plug is pulled: what was not synced is lost, all of it or a part
 * drawn from the seed, then the process is killed. Directory entries are lost newest first, as a
 * journalling file system loses them; bytes of files in any order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum entry_kind { CREATED, RENAMED, REMOVED, MADE };

/* A directory entry that is not synced; `kept` is a hard link to the file that it took away. */
struct entry { enum entry_kind kind; char path[PATH_MAX], from[PATH_MAX], kept[PATH_MAX]; int live; };
/* Bytes that are not synced, with what was there before; fd is our own, -1 when synced. */
struct change { int fd; dev_t dev; ino_t ino; off_t at; size_t n, held; char *before; off_t size; };

static char root[PATH_MAX], side[PATH_MAX];
static char kind = 0;
static int target, count, keep_n;
static unsigned seed;
static FILE *step_log;
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct entry *entries;
static struct change *changes;
static size_t entry_n, change_n;

static int sys_rename(const char *a, const char *b) { return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0); }
static int sys_unlink(const char *p) { return syscall(SYS_unlinkat, AT_FDCWD, p, 0); }

static int below(const char *path) {
    size_t n = strlen(root);
    return n && !strncmp(path, root, n) && (path[n] == '/' || !path[n]);
}

static int locate(int dir, const char *path, char *out) {
    char base[PATH_MAX], link[64];
    if (!path) return 0;
    if (path[0] == '/') { snprintf(out, PATH_MAX, "%s", path); return below(out); }
    if (dir == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
    else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return 0;
        base[n] = 0;
    }
    if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    return below(out);
}

static int of_fd(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    if (n < 0) return 0;
    out[n] = 0;
    return below(out);
}

static void undo_entry(struct entry *e) {
    switch (e->kind) {
    case CREATED: sys_unlink(e->path); break;
    case MADE: syscall(SYS_unlinkat, AT_FDCWD, e->path, AT_REMOVEDIR); break;
    case RENAMED:
        sys_rename(e->path, e->from);
        if (e->kept[0]) syscall(SYS_linkat, AT_FDCWD, e->kept, AT_FDCWD, e->path, 0);
        break;
    case REMOVED: syscall(SYS_linkat, AT_FDCWD, e->kept, AT_FDCWD, e->path, 0); break;
    }
}

static void undo_change(struct change *c, int whole) {
    char zero[4096] = {0};
    if (c->held) syscall(SYS_pwrite64, c->fd, c->before, c->held, c->at);
    if (whole) syscall(SYS_ftruncate, c->fd, c->size);
    else for (off_t at = c->at + c->held, end = c->at + c->n; at < end;) {
        size_t n = end - at < (off_t)sizeof zero ? (size_t)(end - at) : sizeof zero;
        syscall(SYS_pwrite64, c->fd, zero, n, at);
        at += n;
    }
}

static void pull_plug(void) {
    int all = rand_r(&seed) % 3 == 0;
    for (size_t i = change_n; i-- > 0;)
        if (changes[i].fd >= 0 && (all || rand_r(&seed) % 2)) undo_change(&changes[i], all);
    size_t live = 0, lost;
    for (size_t i = 0; i < entry_n; i++) live += entries[i].live;
    lost = all ? live : live ? rand_r(&seed) % (live + 1) : 0;
    for (size_t i = entry_n; i-- > 0 && lost;)
        if (entries[i].live) { undo_entry(&entries[i]); lost--; }
}

/* Gives 0 where the call is to go on, else the error that it ends with. */
static int step(const char *call, const char *path, int grows) {
    count++;
    if (step_log) { fprintf(step_log, "%d %s %s\n", count, call, path + strlen(root)); fflush(step_log); }
    if (kind == 'f' && count >= target && grows) return ENOSPC;
    if (count != target) return 0;
    if (kind == 'e') return EIO;
    if (kind == 'p') pull_plug();
    if (kind == 'k' || kind == 'p') { kill(getpid(), SIGKILL); for (;;) pause(); }
    return 0;
}

static void note_entry(enum entry_kind what, const char *path, const char *from, const char *kept) {
    if (kind != 'p') return;
    entries = realloc(entries, (entry_n + 1) * sizeof *entries);
    struct entry *e = &entries[entry_n++];
    e->kind = what; e->live = 1;
    snprintf(e->path, PATH_MAX, "%s", path);
    snprintf(e->from, PATH_MAX, "%s", from ? from : "");
    snprintf(e->kept, PATH_MAX, "%s", kept ? kept : "");
}

static const char *keep(const char *path, char *out) {
    snprintf(out, PATH_MAX, "%s/%d.%d", side, getpid(), keep_n++);
    if (kind != 'p' || syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, out, 0)) out[0] = 0;
    return out;
}

static void note_change(int fd, off_t at, size_t n) {
    struct stat about;
    char link[64];
    if (kind != 'p' || fstat(fd, &about)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int own = syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
    if (own < 0) return;
    changes = realloc(changes, (change_n + 1) * sizeof *changes);
    struct change *c = &changes[change_n++];
    size_t held = at >= about.st_size ? 0 : about.st_size - at < (off_t)n ? (size_t)(about.st_size - at) : n;
    *c = (struct change){own, about.st_dev, about.st_ino, at, n, held, malloc(held + 1), about.st_size};
    if (held) syscall(SYS_pread64, own, c->before, held, at);
}

static void note_sync(int fd, const char *path) {
    struct stat about;
    if (kind != 'p' || fstat(fd, &about)) return;
    if (S_ISDIR(about.st_mode)) {
        size_t n = strlen(path);
        for (size_t i = 0; i < entry_n; i++) {
            const char *rest = entries[i].path + n;
            if (!strncmp(entries[i].path, path, n) && *rest == '/' && !strchr(rest + 1, '/')) entries[i].live = 0;
        }
    }
    for (size_t i = 0; i < change_n; i++)
        if (changes[i].fd >= 0 && changes[i].dev == about.st_dev && changes[i].ino == about.st_ino) {
            syscall(SYS_close, changes[i].fd);
            changes[i].fd = -1;
            free(changes[i].before);
        }
}

#define AWAKE(found) (kind && (found))
#define FAULT(call, path, grows, bad) do { int e_ = step(call, path, grows); \
    if (e_) { pthread_mutex_unlock(&mutex); errno = e_; return bad; } } while (0)
#define BEGIN pthread_mutex_lock(&mutex)
#define END pthread_mutex_unlock(&mutex)

static int do_open(int dir, const char *path, int flags, mode_t mode) {
    char where[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || !AWAKE(locate(dir, path, where)))
        return syscall(SYS_openat, dir, path, flags, mode);
    BEGIN;
    struct stat about;
    int there = !stat(where, &about);
    if (there && !((flags & O_TRUNC) && about.st_size)) {
        END;
        return syscall(SYS_openat, dir, path, flags, mode);
    }
    FAULT(there ? "truncate" : "create", where, !there, -1);
    if (there) {
        int fd = syscall(SYS_openat, AT_FDCWD, where, O_RDWR | O_CLOEXEC, 0);
        note_change(fd, 0, about.st_size);
        syscall(SYS_close, fd);
    }
    int fd = syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && !there) note_entry(CREATED, where, NULL, NULL);
    END;
    return fd;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & O_CREAT) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }
int open(const char *path, int flags, ...) { MODE(flags); return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return do_open(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags); return do_open(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags); return do_open(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static ssize_t do_write(int fd, const void *bytes, size_t n, off_t at, int positioned) {
    char where[PATH_MAX];
    if (!AWAKE(of_fd(fd, where)))
        return positioned ? syscall(SYS_pwrite64, fd, bytes, n, at) : syscall(SYS_write, fd, bytes, n);
    BEGIN;
    FAULT("write", where, 1, -1);
    note_change(fd, positioned ? at : lseek(fd, 0, SEEK_CUR), n);
    ssize_t done = positioned ? syscall(SYS_pwrite64, fd, bytes, n, at) : syscall(SYS_write, fd, bytes, n);
    END;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t n) { return do_write(fd, bytes, n, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return do_write(fd, bytes, n, at, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at) { return do_write(fd, bytes, n, at, 1); }

ssize_t writev(int fd, const struct iovec *parts, int n) {
    char where[PATH_MAX];
    if (!AWAKE(of_fd(fd, where))) return syscall(SYS_writev, fd, parts, n);
    ssize_t done = 0;
    for (int i = 0; i < n; i++) {
        ssize_t one = do_write(fd, parts[i].iov_base, parts[i].iov_len, 0, 0);
        if (one < 0) return done ? done : -1;
        done += one;
        if ((size_t)one < parts[i].iov_len) break;
    }
    return done;
}

/* Bytes that the kernel moves by itself are sent through write, which every caller falls back to. */
ssize_t sendfile(int out, int in, off_t *at, size_t n) {
    char where[PATH_MAX];
    if (AWAKE(of_fd(out, where))) { errno = ENOTSOCK; return -1; }
    return syscall(SYS_sendfile, out, in, at, n);
}
ssize_t sendfile64(int out, int in, off_t *at, size_t n) { return sendfile(out, in, at, n); }
ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t n, unsigned flags) {
    char where[PATH_MAX];
    if (AWAKE(of_fd(out, where))) { errno = EXDEV; return -1; }
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, n, flags);
}

static int do_sync(int fd, int call) {
    char where[PATH_MAX];
    if (!AWAKE(of_fd(fd, where))) return syscall(call, fd);
    BEGIN;
    FAULT("sync", where, 0, -1);
    note_sync(fd, where);
    END;
    return 0;
}
int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

static int do_truncate(int fd, off_t size) {
    char where[PATH_MAX];
    struct stat about;
    if (!AWAKE(of_fd(fd, where)) || fstat(fd, &about)) return syscall(SYS_ftruncate, fd, size);
    BEGIN;
    FAULT("truncate", where, size > about.st_size, -1);
    if (size < about.st_size) note_change(fd, size, about.st_size - size);
    int done = syscall(SYS_ftruncate, fd, size);
    END;
    return done;
}
int ftruncate(int fd, off_t size) { return do_truncate(fd, size); }
int ftruncate64(int fd, off_t size) { return do_truncate(fd, size); }

static int do_rename(int a_dir, const char *a, int b_dir, const char *b, unsigned flags) {
    char from[PATH_MAX], to[PATH_MAX], kept[PATH_MAX];
    int inside = locate(b_dir, b, to);
    locate(a_dir, a, from);
    if (!AWAKE(inside)) return syscall(SYS_renameat2, a_dir, a, b_dir, b, flags);
    BEGIN;
    FAULT("rename", to, 0, -1);
    keep(to, kept);
    int done = syscall(SYS_renameat2, a_dir, a, b_dir, b, flags);
    if (!done) note_entry(RENAMED, to, from, kept);
    END;
    return done;
}
int rename(const char *a, const char *b) { return do_rename(AT_FDCWD, a, AT_FDCWD, b, 0); }
int renameat(int ad, const char *a, int bd, const char *b) { return do_rename(ad, a, bd, b, 0); }
int renameat2(int ad, const char *a, int bd, const char *b, unsigned flags) { return do_rename(ad, a, bd, b, flags); }

static int do_unlink(int dir, const char *path, int flags) {
    char where[PATH_MAX], kept[PATH_MAX];
    struct stat about;
    if (!AWAKE(locate(dir, path, where)) || lstat(where, &about)) return syscall(SYS_unlinkat, dir, path, flags);
    BEGIN;
    FAULT("remove", where, 0, -1);
    keep(where, kept);
    int done = syscall(SYS_unlinkat, dir, path, flags);
    if (!done && kept[0]) note_entry(REMOVED, where, NULL, kept);
    END;
    return done;
}
int unlink(const char *path) { return do_unlink(AT_FDCWD, path, 0); }
int unlinkat(int dir, const char *path, int flags) { return do_unlink(dir, path, flags); }
int remove(const char *path) { return do_unlink(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return do_unlink(AT_FDCWD, path, AT_REMOVEDIR); }

static int do_mkdir(int dir, const char *path, mode_t mode) {
    char where[PATH_MAX];
    struct stat about;
    if (!AWAKE(locate(dir, path, where)) || !stat(where, &about)) return syscall(SYS_mkdirat, dir, path, mode);
    BEGIN;
    FAULT("mkdir", where, 1, -1);
    int done = syscall(SYS_mkdirat, dir, path, mode);
    if (!done) note_entry(MADE, where, NULL, NULL);
    END;
    return done;
}
int mkdir(const char *path, mode_t mode) { return do_mkdir(AT_FDCWD, path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return do_mkdir(dir, path, mode); }

int link(const char *a, const char *b) {
    char where[PATH_MAX];
    if (!AWAKE(locate(AT_FDCWD, b, where))) return syscall(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0);
    BEGIN;
    FAULT("link", where, 1, -1);
    int done = syscall(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0);
    if (!done) note_entry(CREATED, where, NULL, NULL);
    END;
    return done;
}

void fault_arm(const char *folder, const char *aside, char what, int at, unsigned with_seed, const char *log) {
    snprintf(root, sizeof root, "%s", folder);
    snprintf(side, sizeof side, "%s", aside);
    target = at; seed = with_seed; count = 0;
    step_log = log ? fopen(log, "w") : NULL;
    kind = what;
}

int fault_steps(void) { return count; }
