// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/file.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace vtlt {

namespace fs = std::filesystem;

int UniqueFd::release()
{
    return std::exchange(fd_, -1);
}

void UniqueFd::reset(int fd)
{
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = fd;
}

namespace {

template <class F>
auto retry(F&& call)
{
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) {
            return result;
        }
    }
}

} // namespace

void throw_as_error(const fs::filesystem_error& failure)
{
    throw_errno("open", failure.path1().native(), failure.code().value());
}

UniqueFd open_file(const fs::path& path, int flags, unsigned mode)
{
    const int fd = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
    if (fd < 0) {
        throw_errno("open", path.native());
    }
    return UniqueFd{fd};
}

std::optional<UniqueFd> open_if_exists(const fs::path& path, int flags)
{
    const int fd = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
    if (fd >= 0) {
        return UniqueFd{fd};
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return std::nullopt;
    }
    throw_errno("open", path.native());
}

void write_all(int fd, std::string_view bytes, std::string_view path_for_error)
{
    while (!bytes.empty()) {
        const auto done = retry([&] { return ::write(fd, bytes.data(), bytes.size()); });
        if (done < 0) {
            throw_errno("write", path_for_error);
        }
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

std::size_t read_some(int fd, char* buffer, std::size_t size, std::string_view path_for_error)
{
    const auto got = retry([&] { return ::read(fd, buffer, size); });
    if (got < 0) {
        throw_errno("read", path_for_error);
    }
    return static_cast<std::size_t>(got);
}

std::size_t read_at(int fd, char* buffer, std::size_t size, std::uint64_t offset, std::string_view path_for_error)
{
    std::size_t done = 0;
    while (done < size) {
        const auto got =
            retry([&] { return ::pread(fd, buffer + done, size - done, static_cast<off_t>(offset + done)); });
        if (got < 0) {
            throw_errno("pread", path_for_error);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::string read_file(const fs::path& path, std::size_t max_bytes)
{
    const auto fd = open_file(path, O_RDONLY);
    std::string bytes;
    for (;;) {
        const auto before = bytes.size();
        if (before > max_bytes) {
            throw Error{Kind::internal, "internal.file_too_large", {{"path", path.native()}}};
        }
        bytes.resize(before + (before == 0 ? 65536 : before));
        const auto got = read_some(fd.get(), bytes.data() + before, bytes.size() - before, path.native());
        bytes.resize(before + got);
        if (got == 0) {
            return bytes;
        }
    }
}

void sync_file(int fd, std::string_view path_for_error)
{
    // An error here means the data is unknown (safety.md §4.3): it is thrown, never retried.
    if (::fsync(fd) != 0) {
        throw_errno("fsync", path_for_error);
    }
}

void sync_directory(const fs::path& path)
{
    const auto fd = open_file(path, O_RDONLY | O_DIRECTORY);
    sync_file(fd.get(), path.native());
}

void sync_file_system(const fs::path& directory)
{
    const auto fd = open_file(directory, O_RDONLY | O_DIRECTORY);
    if (::syncfs(fd.get()) != 0) {
        throw_errno("syncfs", directory.native());
    }
}

void make_directory(const fs::path& path, unsigned mode)
{
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        throw_errno("mkdir", path.native());
    }
}

void write_file_atomically(const fs::path& path, std::string_view bytes, unsigned mode)
{
    auto temporary = path;
    temporary += ".new";
    {
        const auto fd = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode);
        write_all(fd.get(), bytes, temporary.native());
        sync_file(fd.get(), temporary.native());
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        throw_errno("rename", path.native());
    }
    sync_directory(path.has_parent_path() ? path.parent_path() : fs::path{"."});
}

std::uint64_t free_bytes(const fs::path& path)
{
    struct statvfs info = {};
    if (::statvfs(path.c_str(), &info) != 0) {
        throw_errno("statvfs", path.native());
    }
    return std::uint64_t{info.f_bavail} * info.f_frsize;
}

TempDir::TempDir(const fs::path& parent)
{
    const char* from_environment = std::getenv("TMPDIR");
    auto base = !parent.empty() ? parent : fs::path{from_environment != nullptr ? from_environment : "/tmp"};
    auto name = (base / "vtlt-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) {
        throw_errno("mkdtemp", base.native());
    }
    path_ = name;
}

TempDir::~TempDir()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

} // namespace vtlt
