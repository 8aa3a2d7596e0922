// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/file.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace vtlt::export_ {

/// Text that grows while the package is written and goes in at its end (manifest, register): kept in memory up to a
/// mebibyte, then in a nameless file in `folder`.
class Spool
{
public:
    explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void append(std::string_view bytes);
    std::uint64_t size() const { return written_ + tail_.size(); }
    /// Calls `output` with all bytes in order.
    void drain(const std::function<void(std::string_view)>& output) const;
    /// SHA-256 of all bytes, hex; called once, after the last of them.
    std::string finish_hash() { return hasher_.finish_hex(); }

private:
    std::filesystem::path folder_;
    UniqueFd fd_;
    std::uint64_t written_ = 0;
    std::string tail_;
    Hasher hasher_;
};

} // namespace vtlt::export_
