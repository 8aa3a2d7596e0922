// SPDX-License-Identifier: GPL-3.0-or-later
// A form with files. The first byte says in what portions the rest arrives; the boundary is always "b".
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/webui/http/multipart.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace vtlt::webui::http;

namespace {

void must(bool condition)
{
    if (!condition) {
        __builtin_trap();
    }
}

class Portions final : public BodyReader
{
public:
    Portions(std::string_view bytes, std::size_t portion) : left_(bytes), portion_(portion) {}
    std::size_t read(std::span<char> into) override
    {
        const auto size = std::min({into.size(), left_.size(), portion_});
        std::memcpy(into.data(), left_.data(), size);
        left_.remove_prefix(size);
        return size;
    }
    bool is_empty() const { return left_.empty(); }

private:
    std::string_view left_;
    std::size_t portion_;
};

struct Part
{
    PartHead head;
    std::string bytes;
    bool ended = false;
};

struct Form
{
    std::vector<Part> parts;
    std::string failure;
};

Form read(std::string_view bytes, std::size_t portion)
{
    Form form;
    Portions body{bytes, portion};
    MultipartEvents events;
    events.on_part = [&](const PartHead& head) {
        must(form.parts.empty() || form.parts.back().ended);
        form.parts.push_back({.head = head});
    };
    events.on_bytes = [&](std::string_view some) {
        must(!some.empty() && !form.parts.back().ended);
        form.parts.back().bytes += some;
    };
    events.on_end = [&] { form.parts.back().ended = true; };
    try {
        read_multipart(body, "multipart/form-data; boundary=b", events, {.parts = 20, .head = 1024, .total = 1 << 20});
        must(body.is_empty());
    } catch (const vtlt::Error& error) {
        must(error.code() == "http.multipart");
        form.failure = error.what();
    }
    return form;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    static_cast<void>(multipart_boundary(bytes));
    const auto whole = read(bytes, bytes.size() + 1);
    const auto cut = read(bytes, std::size_t{1} + data[0]);
    must(whole.failure.empty() == cut.failure.empty());
    must(whole.parts.size() <= 20);
    if (!whole.failure.empty()) {
        return 0;
    }
    must(whole.parts.size() == cut.parts.size());
    for (std::size_t i = 0; i < whole.parts.size(); ++i) {
        const auto& part = whole.parts[i];
        must(part.ended && part.bytes == cut.parts[i].bytes && part.head.name == cut.parts[i].head.name);
        must(part.bytes.find("\r\n--b") == std::string::npos);
        must(vtlt::text::is_utf8(part.head.name) && vtlt::text::is_utf8(part.head.file_name.value_or("")));
        must(part.bytes.empty() || bytes.find(part.bytes) != std::string_view::npos);
    }
    return 0;
}
