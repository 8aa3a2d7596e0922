// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/intake_run.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSniffBytes = 512;

/// Only these first bytes can open a container; whether it is one is decided by the sandboxed child.
bool looks_like_container(std::string_view head)
{
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06") || head.starts_with("\x1f\x8b") ||
           head.starts_with("\x28\xb5\x2f\xfd") || (head.size() >= 262 && head.substr(257, 5) == "ustar");
}

} // namespace

bool Intake::may_be_container(int fd)
{
    std::string head(kSniffBytes, '\0');
    head.resize(read_at(fd, head.data(), head.size(), 0, ""));
    return looks_like_container(head);
}

struct Intake::Nested
{
    std::string source_path;
    std::string key;
    fs::path path;
    UniqueFd fd;
};

/// Members of a container become staged objects; members that may be containers themselves wait in a folder of their
/// own.
class Intake::MemberSink final : public sandbox::EntrySink
{
public:
    MemberSink(Intake& intake, std::string prefix, std::string key, std::string stamp)
        : intake_(intake), prefix_(std::move(prefix)), key_(std::move(key)), stamp_(std::move(stamp))
    {}

    void begin(const sandbox::Entry& entry) override
    {
        ++ordinal_;
        entry_ = entry;
        head_.clear();
        members_ += entry.type == sandbox::Entry::Type::folder ? 0 : 1;
        skipped_ = entry.type != sandbox::Entry::Type::file;
        member_key_ = intake_.item_key(key_ + '\0' + std::to_string(ordinal_), stamp_);
        if (entry.type == sandbox::Entry::Type::special) {
            intake_.fail(member_key_, stamp_, member_path(), Cause::special_file);
        } else if (entry.type == sandbox::Entry::Type::file && !is_safe_name(entry.name)) {
            intake_.fail(member_key_, stamp_, member_path(), Cause::unsafe_name);
            skipped_ = true;
        } else if (!skipped_) {
            skipped_ = intake_.repeat(member_key_, stamp_, member_path());
        }
    }

    void data(std::string_view bytes) override
    {
        if (skipped_) {
            return;
        }
        if (!writer_ && !nested_) {
            const auto wanted = std::min(bytes.size(), kSniffBytes - head_.size());
            head_ += bytes.substr(0, wanted);
            bytes.remove_prefix(wanted);
            if (head_.size() < kSniffBytes) {
                return;
            }
            open();
        }
        write(bytes);
    }

    void end() override
    {
        if (skipped_) {
            return;
        }
        if (!writer_ && !nested_) {
            open();
        }
        if (nested_) {
            nested.push_back(std::move(*nested_));
            nested_.reset();
            return;
        }
        auto object = writer_->finish();
        writer_.reset();
        intake_.stage({.item = intake_.make_item(member_key_, stamp_, member_path()),
                       .object = std::move(object),
                       .name = std::string{base_name(entry_.name)}});
    }

    std::vector<Nested> nested;

    /// Files and specials; folders are nobody's loss.
    bool saw_members() const { return members_ > 0; }

private:
    std::string member_path() const { return prefix_ + "/" + entry_.name; }

    void open()
    {
        if (looks_like_container(head_)) {
            if (!folder_) {
                folder_.emplace(intake_.archive_.home().staging());
            }
            auto path = folder_->path() / std::to_string(ordinal_);
            auto fd = open_file(path, O_RDWR | O_CREAT | O_EXCL);
            nested_ = Nested{member_path(), member_key_, std::move(path), std::move(fd)};
        } else {
            writer_.emplace(intake_.batch().begin(intake_.request_.secrecy));
        }
        write(head_);
    }

    void write(std::string_view bytes)
    {
        if (nested_) {
            write_all(nested_->fd.get(), bytes, nested_->path.native());
        } else {
            writer_->write(bytes);
        }
    }

    Intake& intake_;
    std::string prefix_;
    std::string key_;
    std::string stamp_;
    std::uint64_t ordinal_ = 0;
    std::uint64_t members_ = 0;
    sandbox::Entry entry_;
    std::string member_key_;
    std::string head_;
    bool skipped_ = false;
    std::optional<store::StagingBatch::Writer> writer_;
    std::optional<Nested> nested_;
    std::optional<TempDir> folder_;
};

/// False when the file is no container of ours. One that cannot be read to its end, or only with a password, is kept as
/// one file; one that breaks a limit is not stored: both are known from a dry reading, before anything is kept.
bool Intake::take_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                            unsigned depth)
{
    const auto dry = extractor().unpack(fd, nullptr);
    if (!dry.is_container) {
        return false;
    }
    if (depth > request_.max_nesting) {
        fail(key, stamp, source_path, Cause::nesting);
        return true;
    }
    if (dry.cause && !cause_row(*dry.cause).stored) {
        fail(key, stamp, source_path, *dry.cause);
        return true;
    }
    if (dry.cause) {
        keep_container(fd, source_path, key, stamp, *dry.cause, dry.format);
        return true;
    }
    progress_.files_total += dry.entries > 0 ? dry.entries - 1 : 0;
    MemberSink sink{*this, source_path, key, stamp};
    const auto result = extractor().unpack(fd, &sink);
    if (result.cause) {
        // It read well a moment ago: the medium or the machine is at fault.
        throw Error{Kind::internal,
                    "ingest.container_changed",
                    {{"path", source_path}, {"cause", std::string{cause_name(*result.cause)}}}};
    }
    if (!sink.saw_members()) {
        // Nothing inside is a document: the container itself is kept, or it would vanish from the account.
        keep_container(fd, source_path, key, stamp, Cause::empty, dry.format);
    }
    for (auto& nested : sink.nested) {
        take_nested(nested, stamp, depth + 1);
    }
    return true;
}

void Intake::keep_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                            Cause cause, const std::string& format)
{
    if (repeat(key, stamp, source_path)) {
        return;
    }
    if (::lseek(fd, 0, SEEK_SET) != 0) {
        throw_errno("lseek", source_path);
    }
    auto object = batch().add_file(fd, request_.secrecy, request_.max_file_bytes);
    stage({.item = make_item(key, stamp, source_path),
           .object = std::move(object),
           .name = std::string{base_name(source_path)},
           .cause = cause,
           .format = format});
}

void Intake::take_nested(Nested& nested, const std::string& stamp, unsigned depth)
{
    if (take_container(nested.fd.get(), nested.source_path, nested.key, stamp, depth)) {
        return;
    }
    if (::lseek(nested.fd.get(), 0, SEEK_SET) != 0) {
        throw_errno("lseek", nested.source_path);
    }
    auto object = batch().add_file(nested.fd.get(), request_.secrecy);
    stage({.item = make_item(nested.key, stamp, nested.source_path),
           .object = std::move(object),
           .name = std::string{base_name(nested.source_path)}});
}

} // namespace vtlt::services
