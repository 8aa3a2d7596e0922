// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace vtlt::extract {

struct ChildLimits
{
    std::uint64_t cpu_seconds = 10;
    std::uint64_t memory_bytes = std::uint64_t{512} << 20; ///< beyond what the server itself holds
};

/// Where a child finds its descriptors: above the numbers that it may still open.
inline constexpr int kDocumentFd = 100;
inline constexpr int kResultFd = 101;

/// The walls of a child, built once by the server: a seccomp program that lets pass what reading a document from a
/// descriptor needs and kills for anything else, and a Landlock domain that leaves fonts and character maps readable.
class Sandbox
{
public:
    /// Throws Kind::internal `extract.no_seccomp`.
    Sandbox();

    /// 0: the kernel has no Landlock.
    int landlock_abi() const { return landlock_abi_; }
    /// Called when everything is loaded: what the server holds then does not count against a document.
    void measure_server();
    /// In the child, before the first byte of the document is looked at: descriptors, limits, Landlock, seccomp. Ends
    /// the child when one of them cannot be had.
    void enter(int document, int result, const ChildLimits& limits) const;

private:
    void lock_files() const;

    std::vector<sock_filter> program_;
    UniqueFd landlock_;
    int landlock_abi_ = 0;
    std::uint64_t server_data_bytes_ = 0;
    std::uint64_t server_address_bytes_ = 0;
};

} // namespace vtlt::extract
