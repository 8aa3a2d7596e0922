// SPDX-License-Identifier: GPL-3.0-or-later
#include "bag_source.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <vector>

namespace vtlt::export_ {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kReadSize = std::size_t{256} << 10;
/// Deeper than any archive of records; a folder without end must not be one for us.
constexpr int kMaxDepth = 128;

sandbox::Entry entry_of(const fs::path& root, const fs::directory_entry& found)
{
    std::error_code ignored;
    const auto status = found.symlink_status(ignored);
    sandbox::Entry entry;
    entry.name = found.path().native().substr(root.native().size() + 1);
    entry.type = fs::is_regular_file(status) ? sandbox::Entry::Type::file
                 : fs::is_directory(status)  ? sandbox::Entry::Type::folder
                                             : sandbox::Entry::Type::special;
    if (entry.type == sandbox::Entry::Type::file) {
        entry.size = found.file_size(ignored);
    }
    return entry;
}

class FolderSource final : public PackageSource
{
public:
    /// Without a slash at its end, so that names below it can be cut off.
    explicit FolderSource(const fs::path& root) : root_(root.has_filename() ? root : root.parent_path()) {}

    std::optional<Failure> read(PackageVisitor& visitor) override
    {
        std::error_code error;
        fs::recursive_directory_iterator at{root_, error};
        for (; !error && at != fs::recursive_directory_iterator{}; at.increment(error)) {
            const auto entry = entry_of(root_, *at);
            if (at.depth() >= kMaxDepth) {
                return Failure{.reason = "folders nested more than " + std::to_string(kMaxDepth) + " deep"};
            }
            if (visitor.begin(entry)) {
                read_content(entry, visitor);
            }
        }
        return error ? std::optional{Failure{.reason = error.message()}} : std::nullopt;
    }

private:
    void read_content(const sandbox::Entry& entry, PackageVisitor& visitor) const
    {
        if (entry.type != sandbox::Entry::Type::file) {
            visitor.end();
            return;
        }
        const UniqueFd fd{::open((root_ / entry.name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
        if (!fd) {
            visitor.unreadable(entry, std::system_category().message(errno));
            return;
        }
        std::vector<char> buffer(kReadSize);
        try {
            while (const auto size = read_some(fd.get(), buffer.data(), buffer.size(), entry.name)) {
                visitor.data({buffer.data(), size});
            }
        } catch (const Error& error) {
            visitor.unreadable(entry, error.what());
            return;
        }
        visitor.end();
    }

    fs::path root_;
};

/// Hands the extractor's entries to a visitor, which may not want some contents.
class SinkToVisitor final : public sandbox::EntrySink
{
public:
    explicit SinkToVisitor(PackageVisitor& visitor) : visitor_(visitor) {}
    void begin(const sandbox::Entry& entry) override { wanted_ = visitor_.begin(entry); }
    void data(std::string_view bytes) override
    {
        if (wanted_) {
            visitor_.data(bytes);
        }
    }
    void end() override
    {
        if (wanted_) {
            visitor_.end();
        }
    }

private:
    PackageVisitor& visitor_;
    bool wanted_ = false;
};

class ArchiveSource final : public PackageSource
{
public:
    ArchiveSource(const fs::path& path, sandbox::Extractor& extractor)
        : fd_(open_file(path, O_RDONLY)), extractor_(extractor)
    {}

    std::optional<Failure> read(PackageVisitor& visitor) override
    {
        SinkToVisitor sink{visitor};
        const auto result = extractor_.unpack(fd_.get(), &sink);
        if (!result.is_container) {
            return Failure{.is_archive = false, .reason = "neither a folder nor a zip or tar"};
        }
        return result.cause ? std::optional{Failure{.reason = std::string{cause_name(*result.cause)}}} : std::nullopt;
    }

private:
    UniqueFd fd_;
    sandbox::Extractor& extractor_;
};

} // namespace

std::unique_ptr<PackageSource> open_package(const fs::path& path, sandbox::Extractor& extractor)
{
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) {
        throw Error{Kind::not_found, "package.not_found", {{"path", path.native()}}};
    }
    if (S_ISDIR(info.st_mode)) {
        return std::make_unique<FolderSource>(path);
    }
    if (!S_ISREG(info.st_mode)) {
        throw Error{Kind::not_found, "package.not_found", {{"path", path.native()}}};
    }
    return std::make_unique<ArchiveSource>(path, extractor);
}

} // namespace vtlt::export_
