// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/store/text_object.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

namespace vtlt::store {

namespace {

/// The last member: an empty gzip file whose extra field "VT" holds the table's offset, 8 bytes little endian.
constexpr std::size_t kTrailerSize = 34;
constexpr std::size_t kTrailerOffsetAt = 16;
constexpr std::array<unsigned char, kTrailerOffsetAt> kTrailerHead{0x1f, 0x8b, 8,  4, 0,   0,   0, 0,
                                                                   0,    0xff, 12, 0, 'V', 'T', 8, 0};
/// Text that would unpack to more than this is not one of ours.
constexpr std::size_t kMaxMember = std::size_t{1} << 30;

std::string gzip_member(std::string_view text)
{
    z_stream stream{};
    ensure(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
    gz_header header{};
    header.os = 255; // no time, no name, no system: the same text gives the same bytes
    deflateSetHeader(&stream, &header);
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    ensure(result == Z_STREAM_END, "zlib finishes");
    return out;
}

/// zlib's state of one thread: making it anew costs as much as unpacking a page.
class Inflater
{
public:
    static Inflater& of_this_thread()
    {
        thread_local Inflater inflater;
        return inflater;
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream& start(std::string_view packed)
    {
        ensure(inflateReset2(&stream_, kGzipWindow) == Z_OK, "zlib starts");
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream_.avail_in = static_cast<uInt>(packed.size());
        return stream_;
    }

private:
    static constexpr int kGzipWindow = 15 + 16;

    Inflater() { ensure(inflateInit2(&stream_, kGzipWindow) == Z_OK, "zlib starts"); }
    ~Inflater() { inflateEnd(&stream_); }

    z_stream stream_{};
};

[[noreturn]] void damaged(const std::filesystem::path& path)
{
    throw Error{Kind::corrupt, "text_object.damaged", {{"path", path.filename().native()}}};
}

} // namespace

std::string encode_text_object(const std::vector<TextBlock>& blocks)
{
    std::string out;
    auto table = Json::array();
    std::uint32_t tokens = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto& [page, text] = blocks[i];
        table.push_back({{"page", page ? Json(*page) : Json(nullptr)},
                         {"at", out.size()},
                         {"size", text.size()},
                         {"tokens", tokens}});
        text::for_each_token(text, [&](const text::Token&) { ++tokens; });
        const bool feed = page && i + 1 < blocks.size() && blocks[i + 1].page;
        out += gzip_member(feed ? std::string{text} + '\f' : std::string{text});
    }
    const auto table_at = static_cast<std::uint64_t>(out.size());
    out += gzip_member(to_line({{"format", "vtlt-text"}, {"version", 1}, {"tokens", tokens}, {"blocks", table}}));
    out.append(reinterpret_cast<const char*>(kTrailerHead.data()), kTrailerHead.size());
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>((table_at >> shift) & 255U);
    }
    out.append("\x03\x00\0\0\0\0\0\0\0\0", 10);
    return out;
}

struct TextObject::State
{
    struct Block
    {
        std::optional<int> page;
        std::uint64_t at = 0;
        std::uint64_t end = 0;
        std::size_t size = 0;
        std::uint32_t tokens = 0;
    };

    std::filesystem::path path;
    UniqueFd fd;
    std::vector<Block> blocks;
    std::uint32_t tokens = 0;

    std::string read(std::uint64_t from, std::uint64_t to) const
    {
        if (to < from || to - from > kMaxMember) {
            damaged(path);
        }
        std::string bytes(to - from, '\0');
        if (read_at(fd.get(), bytes.data(), bytes.size(), from, path.native()) != bytes.size()) {
            damaged(path);
        }
        return bytes;
    }

    std::string unpack(std::uint64_t from, std::uint64_t to, std::size_t expected) const
    {
        const auto packed = read(from, to);
        std::string out(expected > 0 ? std::min(expected + 1, kMaxMember) : std::size_t{4096}, '\0');
        auto& stream = Inflater::of_this_thread().start(packed);
        int result = Z_OK;
        while (result == Z_OK) {
            if (stream.total_out == out.size()) {
                if (out.size() >= kMaxMember) {
                    break;
                }
                out.resize(out.size() * 2);
            }
            stream.next_out = reinterpret_cast<Bytef*>(out.data() + stream.total_out);
            stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
            result = inflate(&stream, Z_NO_FLUSH);
        }
        out.resize(stream.total_out);
        if (result != Z_STREAM_END) {
            damaged(path);
        }
        return out;
    }
};

TextObject::TextObject(const std::filesystem::path& path) : state_(std::make_unique<State>())
{
    state_->path = path;
    auto fd = open_if_exists(path, O_RDONLY);
    if (!fd) {
        damaged(path);
    }
    state_->fd = std::move(*fd);
    struct stat info = {};
    if (::fstat(state_->fd.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) < kTrailerSize) {
        damaged(path);
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const auto trailer = state_->read(size - kTrailerSize, size);
    if (!std::equal(kTrailerHead.begin(), kTrailerHead.end(), reinterpret_cast<const unsigned char*>(trailer.data()))) {
        damaged(path);
    }
    std::uint64_t table_at = 0;
    for (unsigned i = 0; i < 8; ++i) {
        table_at |= std::uint64_t{static_cast<unsigned char>(trailer[kTrailerOffsetAt + i])} << (8 * i);
    }
    const auto table = Json::parse(state_->unpack(table_at, size - kTrailerSize, 0), nullptr, false);
    try {
        state_->tokens = table.at("tokens");
        for (const auto& row : table.at("blocks")) {
            State::Block block;
            block.page = row.at("page").is_null() ? std::nullopt : std::optional{row.at("page").get<int>()};
            block.at = row.at("at");
            block.end = table_at;
            block.size = row.at("size");
            block.tokens = row.at("tokens");
            if (!state_->blocks.empty()) {
                state_->blocks.back().end = block.at;
            }
            state_->blocks.push_back(block);
        }
    } catch (const Json::exception&) {
        damaged(path);
    }
}

TextObject::~TextObject() = default;
TextObject::TextObject(TextObject&&) noexcept = default;

std::size_t TextObject::size() const
{
    return state_->blocks.size();
}

std::optional<int> TextObject::page(std::size_t block) const
{
    return state_->blocks.at(block).page;
}

std::uint32_t TextObject::first_token(std::size_t block) const
{
    return state_->blocks.at(block).tokens;
}

std::uint32_t TextObject::token_count() const
{
    return state_->tokens;
}

std::string TextObject::block(std::size_t block) const
{
    const auto& row = state_->blocks.at(block);
    auto text = state_->unpack(row.at, row.end, row.size);
    if (text.size() < row.size || text.size() > row.size + 1) {
        damaged(state_->path);
    }
    text.resize(row.size);
    return text;
}

std::string TextObject::whole() const
{
    std::string all;
    for (std::size_t i = 0; i < size(); ++i) {
        all += block(i);
        if (page(i) && i + 1 < size() && page(i + 1)) {
            all += '\f';
        }
    }
    return all;
}

} // namespace vtlt::store
