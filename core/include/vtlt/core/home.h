// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/secrecy.h>

#include <filesystem>
#include <string>

namespace vtlt {

/// The folders of an archive home (product.md §3): what is kept for ever and what can be deleted and comes back.
class Home
{
public:
    explicit Home(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path catalog() const { return root_ / "catalog.db"; }
    std::filesystem::path config() const { return root_ / "config.json"; }
    std::filesystem::path objects() const { return root_ / "objects"; }
    std::filesystem::path audit() const { return root_ / "audit"; }
    std::filesystem::path keys() const { return root_ / "keys"; }
    std::filesystem::path ledger() const { return root_ / "ledger"; }
    std::filesystem::path index() const { return root_ / "index"; }
    std::filesystem::path cache() const { return root_ / "cache"; }
    std::filesystem::path staging() const { return root_ / "staging"; }
    /// Bytes that rows of `upload` own (services/uploads.h).
    std::filesystem::path uploads() const { return staging() / "uploads"; }
    std::filesystem::path run() const { return root_ / "run"; }
    std::filesystem::path exports() const { return root_ / "exports"; }
    std::filesystem::path quarantine() const { return root_ / "quarantine"; }

    /// objects/<band>/ab/cd/<hash>
    std::filesystem::path object(Secrecy band, const std::string& hash) const
    {
        return objects() / secrecy_name(band) / hash.substr(0, 2) / hash.substr(2, 2) / hash;
    }
    std::filesystem::path index(Secrecy band) const { return index() / secrecy_name(band); }

private:
    std::filesystem::path root_;
};

} // namespace vtlt
