// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/extractor.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::export_ {

/// What one reading of a package meets, entry by entry.
class PackageVisitor
{
public:
    virtual ~PackageVisitor() = default;
    /// False: the content is not wanted, neither data() nor end() follow.
    virtual bool begin(const sandbox::Entry& entry) = 0;
    virtual void data(std::string_view bytes) = 0;
    virtual void end() = 0;
    /// The machine would not let us read this file.
    virtual void unreadable(const sandbox::Entry& entry, const std::string& reason) = 0;
};

/// A package as a folder or an archive; can be read any number of times. Symbolic links are entries, never ways.
class PackageSource
{
public:
    virtual ~PackageSource() = default;
    /// Why reading ended before the last entry, or that this is no archive; nullopt when every entry was met.
    struct Failure
    {
        bool is_archive = true;
        std::string reason;
    };
    virtual std::optional<Failure> read(PackageVisitor& visitor) = 0;
};

/// Throws not_found `package.not_found`. Archives are read by `extractor`, in its sandboxed child.
std::unique_ptr<PackageSource> open_package(const std::filesystem::path& path, sandbox::Extractor& extractor);

} // namespace vtlt::export_
