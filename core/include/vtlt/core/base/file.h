// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt {

/// Owns a file descriptor.
class UniqueFd
{
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    ~UniqueFd() { reset(); }
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        reset(other.release());
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release();
    void reset(int fd = -1);

private:
    int fd_ = -1;
};

/// What the standard library says of a path, as `throw_errno` would say it. Throws.
[[noreturn]] void throw_as_error(const std::filesystem::filesystem_error& failure);

/// All of these throw through `throw_errno` and retry EINTR. Paths are bytes: no locale is asked.
UniqueFd open_file(const std::filesystem::path& path, int flags, unsigned mode = 0600);
/// nullopt when the path does not exist.
std::optional<UniqueFd> open_if_exists(const std::filesystem::path& path, int flags);
void write_all(int fd, std::string_view bytes, std::string_view path_for_error);
/// Bytes read, 0 at the end.
std::size_t read_some(int fd, char* buffer, std::size_t size, std::string_view path_for_error);
/// Bytes read at `offset`; less than `size` only at the end.
std::size_t read_at(int fd, char* buffer, std::size_t size, std::uint64_t offset, std::string_view path_for_error);
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{1} << 30);
void sync_file(int fd, std::string_view path_for_error);
void sync_directory(const std::filesystem::path& path);
/// One barrier for every file written so far on the file system that holds `directory`.
void sync_file_system(const std::filesystem::path& directory);
void make_directory(const std::filesystem::path& path, unsigned mode = 0700);
/// Writes beside the place, syncs, renames over, syncs the directory.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0600);
std::uint64_t free_bytes(const std::filesystem::path& path);

/// A folder under $TMPDIR (or /tmp, or `parent`) that is removed with its content.
class TempDir
{
public:
    explicit TempDir(const std::filesystem::path& parent = {});
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace vtlt
