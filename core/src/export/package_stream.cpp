// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_stream.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/export/bag_text.h>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kBlocks = 6;
/// Writeback starts while we still write, so that the one fsync at the end finds little to do.
constexpr std::uint64_t kWriteback = std::uint64_t{16} << 20;

[[noreturn]] void throw_changed(const std::string& expected, const std::string& found)
{
    throw Error{Kind::corrupt, "export.object_changed", {{"object", expected}, {"found", found}}};
}

} // namespace

PackageStream::PackageStream(const Home& home, OutFile& out, ArchiveStream::Format format, std::string folder,
                             Instant made_at)
    : home_(home), out_(out), folder_(std::move(folder)), made_at_(made_at), manifest_(out.folder()),
      check_lane_(kBlocks, [this](const Block& block) { check_block(block); }),
      write_lane_(kBlocks, [this](const Block& block) { write_block(block); }),
      archive_(format, [this](std::string_view bytes) { output(bytes); })
{}

void PackageStream::begin(const std::string& path, std::uint64_t size)
{
    archive_.begin(folder_ + "/" + path, size, made_at_);
}

void PackageStream::list_payload(const std::string& path, std::uint64_t size, std::string_view digest)
{
    manifest_.append(bag::manifest_line(digest, path));
    payload_bytes_ += size;
    ++payload_files_;
}

void PackageStream::add_object(const std::string& path, const catalog::File& file,
                               const std::function<void(std::uint64_t)>& on_bytes)
{
    const auto place = home_.object(file.band, file.object_hash);
    const auto object = open_if_exists(place, O_RDONLY | O_NOFOLLOW);
    struct stat info = {};
    if (!object) {
        throw_changed(file.object_hash, "missing");
    }
    if (::fstat(object->get(), &info) != 0) {
        throw_errno("fstat", place.native());
    }
    if (static_cast<std::uint64_t>(info.st_size) != file.size) {
        throw_changed(file.object_hash, std::to_string(info.st_size) + " bytes");
    }
    const auto payload_path = "data/" + path;
    begin(payload_path, file.size);
    read_pieces(object->get(), file, on_bytes);
    // The manifest may name the digest already: a package with an object that differs never gets its name.
    list_payload(payload_path, file.size, file.object_hash);
}

void PackageStream::read_pieces(int object, const catalog::File& file,
                                const std::function<void(std::uint64_t)>& on_bytes)
{
    auto left = file.size;
    for (bool more = true; more;) {
        if (checking_ != nullptr && checking_->size == kBlockSize) {
            check_lane_.submit(*std::exchange(checking_, nullptr));
        }
        if (checking_ == nullptr) {
            checking_ = &check_lane_.take();
        }
        auto& block = *checking_;
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(kBlockSize - block.size, left));
        const auto got = room == 0 ? 0 : read_some(object, block.bytes.get() + block.size, room, file.object_hash);
        if (got == 0 && left > 0) {
            throw_changed(file.object_hash, "ends early");
        }
        left -= got;
        more = left > 0;
        block.pieces.push_back({block.size, got, !more, more ? std::string{} : file.object_hash});
        archive_.data({block.bytes.get() + block.size, got});
        block.size += got;
        on_bytes(got);
    }
}

void PackageStream::check_block(const Block& block)
{
    for (const auto& piece : block.pieces) {
        object_hasher_.update(block.bytes.get() + piece.begin, piece.size);
        if (!piece.is_last) {
            continue;
        }
        if (const auto found = object_hasher_.finish_hex(); found != piece.digest) {
            throw_changed(piece.digest, found);
        }
    }
}

void PackageStream::write_block(const Block& block)
{
    const std::string_view bytes{block.bytes.get(), block.size};
    write_all(out_.fd(), bytes, out_.place().native());
    const auto before = out_bytes_ / kWriteback;
    out_bytes_ += bytes.size();
    if (const auto after = out_bytes_ / kWriteback; after != before) {
        // Advice only: what goes wrong with the data is told by fsync.
        static_cast<void>(::sync_file_range(out_.fd(), static_cast<off_t>(before * kWriteback),
                                            static_cast<off_t>((after - before) * kWriteback), SYNC_FILE_RANGE_WRITE));
    }
    out_hasher_.update(bytes);
}

void PackageStream::output(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (writing_ == nullptr) {
            writing_ = &write_lane_.take();
        }
        const auto part = bytes.substr(0, kBlockSize - writing_->size);
        std::memcpy(writing_->bytes.get() + writing_->size, part.data(), part.size());
        writing_->size += part.size();
        bytes.remove_prefix(part.size());
        if (writing_->size == kBlockSize) {
            submit_output();
        }
    }
}

void PackageStream::submit_output()
{
    if (writing_ != nullptr) {
        write_lane_.submit(*std::exchange(writing_, nullptr));
    }
}

void PackageStream::add_payload(const std::string& path, std::string_view bytes)
{
    const auto payload_path = "data/" + path;
    begin(payload_path, bytes.size());
    archive_.data(bytes);
    list_payload(payload_path, bytes.size(), sha256_hex(bytes));
}

void PackageStream::add_spool(const std::string& path, const Spool& spool)
{
    begin(path, spool.size());
    spool.drain([this](std::string_view bytes) { archive_.data(bytes); });
}

void PackageStream::add_payload(const std::string& path, Spool& spool)
{
    const auto payload_path = "data/" + path;
    add_spool(payload_path, spool);
    list_payload(payload_path, spool.size(), spool.finish_hash());
}

void PackageStream::add_tag(const std::string& path, std::string_view bytes)
{
    begin(path, bytes.size());
    archive_.data(bytes);
    tag_manifest_ += bag::manifest_line(sha256_hex(bytes), path);
}

PackageStream::Sums PackageStream::finish()
{
    Sums sums;
    add_spool("manifest-sha256.txt", manifest_);
    sums.manifest_sha256 = manifest_.finish_hash();
    tag_manifest_ += bag::manifest_line(sums.manifest_sha256, "manifest-sha256.txt");
    begin("tagmanifest-sha256.txt", tag_manifest_.size());
    archive_.data(tag_manifest_);
    archive_.close();
    submit_output();
    if (checking_ != nullptr) {
        check_lane_.submit(*std::exchange(checking_, nullptr));
    }
    check_lane_.finish();
    write_lane_.finish();
    sums.bytes = out_bytes_;
    sums.sha256 = out_hasher_.finish_hex();
    return sums;
}

} // namespace vtlt::export_
