// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/out_file.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::export_ {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_exists(const fs::path& place)
{
    throw Error{Kind::conflict, "export.exists", {{"path", place.native()}}};
}

fs::path folder_of(const fs::path& place)
{
    return place.has_parent_path() ? place.parent_path() : fs::path{"."};
}

/// What open(2) says where O_TMPFILE is not known: NFS and old overlays, and kernels that take it for O_DIRECTORY.
bool is_unsupported(int error_number)
{
    return error_number == EOPNOTSUPP || error_number == EISDIR || error_number == EINVAL || error_number == ENOSYS;
}

UniqueFd open_unnamed(const fs::path& folder, int flags)
{
    UniqueFd fd{::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC | flags, 0600)};
    if (!fd && !is_unsupported(errno)) {
        throw_errno("open", folder.native());
    }
    return fd;
}

fs::path hidden_name(const fs::path& folder)
{
    return folder / (".vtlt-" + to_hex(random_bytes(8)) + ".part");
}

} // namespace

OutFile::OutFile(const fs::path& place, Kind kind) : place_(place)
{
    struct stat info = {};
    if (::lstat(place_.c_str(), &info) == 0) {
        throw_exists(place_);
    }
    if (::stat(folder().c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        throw Error{vtlt::Kind::not_found, "export.no_folder", {{"path", folder().native()}}};
    }
    if (kind == Kind::unnamed) {
        fd_ = open_unnamed(folder(), 0);
    }
    if (!fd_) {
        open_hidden();
    }
}

OutFile::~OutFile()
{
    if (!hidden_.empty()) {
        ::unlink(hidden_.c_str());
    }
}

fs::path OutFile::folder() const
{
    return folder_of(place_);
}

void OutFile::open_hidden()
{
    const auto name = hidden_name(folder());
    fd_ = open_file(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    hidden_ = name;
}

void OutFile::publish()
{
    sync_file(fd_.get(), place_.native());
    if (hidden_.empty()) {
        link_unnamed();
    } else {
        rename_hidden();
    }
    sync_directory(folder());
}

void OutFile::link_unnamed()
{
    const auto link = "/proc/self/fd/" + std::to_string(fd_.get());
    if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, place_.c_str(), AT_SYMLINK_FOLLOW) == 0) {
        return;
    }
    // Without /proc a privileged process can still name the descriptor itself.
    if (errno == ENOENT && ::linkat(fd_.get(), "", AT_FDCWD, place_.c_str(), AT_EMPTY_PATH) == 0) {
        return;
    }
    if (errno == EEXIST) {
        throw_exists(place_);
    }
    throw_errno("linkat", place_.native());
}

void OutFile::rename_hidden()
{
    if (::renameat2(AT_FDCWD, hidden_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE) == 0) {
        hidden_.clear();
        return;
    }
    // File systems without RENAME_NOREPLACE have hard links, which do not replace either; the hidden name goes with us.
    if (errno != EEXIST && is_unsupported(errno) && ::link(hidden_.c_str(), place_.c_str()) == 0) {
        return;
    }
    if (errno == EEXIST) {
        throw_exists(place_);
    }
    throw_errno("renameat2", place_.native());
}

UniqueFd open_scratch_file(const fs::path& folder)
{
    if (auto fd = open_unnamed(folder, O_EXCL)) {
        return fd;
    }
    const auto name = hidden_name(folder);
    auto fd = open_file(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (::unlink(name.c_str()) != 0) {
        throw_errno("unlink", name.native());
    }
    return fd;
}

} // namespace vtlt::export_
