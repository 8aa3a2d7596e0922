// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>

#include <filesystem>

namespace vtlt::export_ {

/// A file that is whole under its name or absent (I9), and that never takes the place of another: written without a
/// name, synced, then linked. Where the file system knows no unnamed files it has a hidden name beside the place until
/// then. Not thread-safe.
class OutFile
{
public:
    enum class Kind
    {
        unnamed,
        hidden
    };

    /// Throws conflict `export.exists`, not_found `export.no_folder`.
    explicit OutFile(const std::filesystem::path& place, Kind kind = Kind::unnamed);
    /// Leaves nothing unless published.
    ~OutFile();
    OutFile(const OutFile&) = delete;
    OutFile& operator=(const OutFile&) = delete;

    int fd() const { return fd_.get(); }
    const std::filesystem::path& place() const { return place_; }
    std::filesystem::path folder() const;
    /// Syncs the file, gives it its name, syncs the folder. Throws conflict `export.exists`.
    void publish();

private:
    void open_hidden();
    void link_unnamed();
    void rename_hidden();

    std::filesystem::path place_;
    std::filesystem::path hidden_; ///< empty while the file has no name
    UniqueFd fd_;
};

/// A descriptor of a file in `folder` that has no name and is gone when closed.
UniqueFd open_scratch_file(const std::filesystem::path& folder);

} // namespace vtlt::export_
