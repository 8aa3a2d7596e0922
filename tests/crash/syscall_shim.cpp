// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into `vtlt` by the crash tests: counts the calls that change a file system, logs them, ends the program at
// the n-th, or leaves one barrier out. Works in the process it was meant for only (VTLT_SHIM_PROGRAM), not in its
// children.
//   VTLT_SHIM_LOG=FILE   one line a call: number, name, path[, second path]
//   VTLT_SHIM_KILL=N     SIGKILL instead of the N-th call
//   VTLT_SHIM_SKIP=N     the N-th barrier (fsync, fdatasync, syncfs) does nothing and is not logged
#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

struct Shim
{
    bool on = false;
    pid_t process = 0;
    int log = -1;
    long kill_at = 0;
    long skip_at = 0;
    std::atomic<long> calls{0};
    std::atomic<long> barriers{0};
};

long number_from(const char* name)
{
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtol(text, nullptr, 10) : 0;
}

Shim& shim()
{
    static Shim instance;
    return instance;
}

__attribute__((constructor)) void start()
{
    const char* wanted = std::getenv("VTLT_SHIM_PROGRAM");
    std::array<char, PATH_MAX> self{};
    if (wanted == nullptr || readlink("/proc/self/exe", self.data(), self.size() - 1) < 0 ||
        std::strcmp(basename(self.data()), wanted) != 0) {
        return;
    }
    auto& s = shim();
    s.process = getpid();
    s.kill_at = number_from("VTLT_SHIM_KILL");
    s.skip_at = number_from("VTLT_SHIM_SKIP");
    if (const char* path = std::getenv("VTLT_SHIM_LOG"); path != nullptr) {
        s.log = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    }
    s.on = true;
}

std::string path_of(int fd)
{
    std::array<char, PATH_MAX> link{};
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "/proc/self/fd/%d", fd);
    const auto size = readlink(name.data(), link.data(), link.size() - 1);
    return size > 0 ? std::string(link.data(), static_cast<std::size_t>(size)) : std::string("?");
}

bool is_active()
{
    return shim().on && getpid() == shim().process;
}

/// Every counted call passes here before it happens.
void count(const char* name, const std::string& path, const char* second = "")
{
    if (!is_active()) {
        return;
    }
    auto& s = shim();
    const long number = ++s.calls;
    if (s.kill_at == number) {
        syscall(SYS_kill, s.process, SIGKILL);
        for (;;) {
            pause();
        }
    }
    if (s.log >= 0) {
        const auto line = std::to_string(number) + "\t" + name + "\t" + path + "\t" + second + "\n";
        syscall(SYS_write, s.log, line.data(), line.size());
    }
}

/// False when this barrier is the one to leave out.
bool count_barrier(const char* name, int fd)
{
    if (is_active() && ++shim().barriers == shim().skip_at) {
        return false;
    }
    count(name, path_of(fd));
    return true;
}

template <class F>
F* next(const char* name)
{
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, std::va_list arguments)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

bool makes_or_cuts(int flags)
{
    return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

} // namespace

// The wrapped calls; one shape each. The names are the C library's, so they stand outside our namespaces.
extern "C" {

ssize_t write(int fd, const void* data, size_t size)
{
    static auto* real = next<ssize_t(int, const void*, size_t)>("write");
    count("write", path_of(fd));
    return real(fd, data, size);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t at)
{
    static auto* real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    count("pwrite", path_of(fd));
    return real(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at)
{
    static auto* real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    count("pwrite", path_of(fd));
    return real(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec* parts, int n)
{
    static auto* real = next<ssize_t(int, const struct iovec*, int)>("writev");
    count("writev", path_of(fd));
    return real(fd, parts, n);
}

int fsync(int fd)
{
    static auto* real = next<int(int)>("fsync");
    return count_barrier("fsync", fd) ? real(fd) : 0;
}

int fdatasync(int fd)
{
    static auto* real = next<int(int)>("fdatasync");
    return count_barrier("fdatasync", fd) ? real(fd) : 0;
}

int syncfs(int fd) noexcept
{
    static auto* real = next<int(int)>("syncfs");
    return count_barrier("syncfs", fd) ? real(fd) : 0;
}

int rename(const char* from, const char* to) noexcept
{
    static auto* real = next<int(const char*, const char*)>("rename");
    count("rename", from, to);
    return real(from, to);
}

int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept
{
    static auto* real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
    count("rename", from, to);
    return real(from_fd, from, to_fd, to, flags);
}

int link(const char* from, const char* to) noexcept
{
    static auto* real = next<int(const char*, const char*)>("link");
    count("link", from, to);
    return real(from, to);
}

int linkat(int from_fd, const char* from, int to_fd, const char* to, int flags) noexcept
{
    static auto* real = next<int(int, const char*, int, const char*, int)>("linkat");
    count("link", from, to);
    return real(from_fd, from, to_fd, to, flags);
}

int unlink(const char* path) noexcept
{
    static auto* real = next<int(const char*)>("unlink");
    count("unlink", path);
    return real(path);
}

int unlinkat(int folder, const char* path, int flags) noexcept
{
    static auto* real = next<int(int, const char*, int)>("unlinkat");
    count("unlink", path);
    return real(folder, path, flags);
}

int rmdir(const char* path) noexcept
{
    static auto* real = next<int(const char*)>("rmdir");
    count("rmdir", path);
    return real(path);
}

/// Said as what it is: the C library tries unlink and then rmdir, out of our sight.
int remove(const char* path) noexcept
{
    struct stat info = {};
    return ::lstat(path, &info) == 0 && S_ISDIR(info.st_mode) ? rmdir(path) : unlink(path);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    static auto* real = next<int(const char*, mode_t)>("mkdir");
    count("mkdir", path);
    return real(path, mode);
}

char* mkdtemp(char* name) noexcept
{
    static auto* real = next<char*(char*)>("mkdtemp");
    count("mkdir", name);
    return real(name);
}

int ftruncate(int fd, off_t size) noexcept
{
    static auto* real = next<int(int, off_t)>("ftruncate");
    count("ftruncate", path_of(fd));
    return real(fd, size);
}

int ftruncate64(int fd, off64_t size) noexcept
{
    static auto* real = next<int(int, off64_t)>("ftruncate64");
    count("ftruncate", path_of(fd));
    return real(fd, size);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
    static auto* real = next<int(int, off_t, off_t)>("posix_fallocate");
    count("fallocate", path_of(fd));
    return real(fd, at, size);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    static auto* real = next<int(int, int, off_t, off_t)>("fallocate");
    count("fallocate", path_of(fd));
    return real(fd, mode, at, size);
}

int chmod(const char* path, mode_t mode) noexcept
{
    static auto* real = next<int(const char*, mode_t)>("chmod");
    count("chmod", path);
    return real(path, mode);
}

int fchmod(int fd, mode_t mode) noexcept
{
    static auto* real = next<int(int, mode_t)>("fchmod");
    count("chmod", path_of(fd));
    return real(fd, mode);
}

int open(const char* path, int flags, ...)
{
    static auto* real = next<int(const char*, int, ...)>("open");
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (makes_or_cuts(flags)) {
        count("open", path);
    }
    return real(path, flags, mode);
}

int open64(const char* path, int flags, ...)
{
    static auto* real = next<int(const char*, int, ...)>("open64");
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (makes_or_cuts(flags)) {
        count("open", path);
    }
    return real(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...)
{
    static auto* real = next<int(int, const char*, int, ...)>("openat");
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (makes_or_cuts(flags)) {
        count("open", path);
    }
    return real(folder, path, flags, mode);
}

} // extern "C"
