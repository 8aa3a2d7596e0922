// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive_stream.h"
#include "block_lane.h"
#include "spool.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/export/out_file.h>
#include <vtlt/core/home.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vtlt::export_ {

/// The bag as it streams into OUT: keeps the manifests and the counts. The filling thread reads objects and feeds the
/// archive, a second one hashes what it read, a third writes and hashes OUT, so that the checksums cost the first one
/// nothing.
class PackageStream
{
public:
    PackageStream(const Home& home, OutFile& out, ArchiveStream::Format format, std::string folder, Instant made_at);

    /// `path` is below data/. `on_bytes` hears of payload bytes now and then and may throw.
    void add_object(const std::string& path, const catalog::File& file,
                    const std::function<void(std::uint64_t)>& on_bytes);
    void add_payload(const std::string& path, std::string_view bytes);
    void add_payload(const std::string& path, Spool& spool);
    /// A tag file beside data/.
    void add_tag(const std::string& path, std::string_view bytes);

    std::uint64_t payload_bytes() const { return payload_bytes_; }
    std::uint64_t payload_files() const { return payload_files_; }

    /// Both manifests and the archive's end; everything has been hashed and compared when it returns.
    struct Sums
    {
        std::uint64_t bytes = 0;
        std::string sha256;
        std::string manifest_sha256;
    };
    Sums finish();

private:
    void begin(const std::string& path, std::uint64_t size);
    void list_payload(const std::string& path, std::uint64_t size, std::string_view digest);
    void add_spool(const std::string& path, const Spool& spool);
    void read_pieces(int object, const catalog::File& file, const std::function<void(std::uint64_t)>& on_bytes);
    void check_block(const Block& block);
    void write_block(const Block& block);
    void output(std::string_view bytes);
    void submit_output();

    const Home& home_;
    OutFile& out_;
    std::string folder_;
    Instant made_at_;
    Spool manifest_;
    std::string tag_manifest_;
    std::uint64_t payload_bytes_ = 0;
    std::uint64_t payload_files_ = 0;
    Hasher object_hasher_;        ///< of the checking thread
    Hasher out_hasher_;           ///< of the writing thread, until finish()
    std::uint64_t out_bytes_ = 0; ///< likewise
    Block* checking_ = nullptr;
    Block* writing_ = nullptr;
    BlockLane check_lane_;
    BlockLane write_lane_;
    ArchiveStream archive_; ///< last: it is abandoned before the lanes stop
};

} // namespace vtlt::export_
