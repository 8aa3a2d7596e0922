// SPDX-License-Identifier: GPL-3.0-or-later
// A Cookie field and the body of a form: the first byte chooses.
#include "http/syntax.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/webui/http/conditional.h>
#include <vtlt/webui/http/form.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace vtlt::webui::http;

namespace {

void must(bool condition)
{
    if (!condition) {
        __builtin_trap();
    }
}

void check_cookies(std::string_view field)
{
    std::string again;
    const auto cookies = parse_cookies(field);
    for (const auto& [name, value] : cookies) {
        must(is_token(name) && value.find_first_of("\";, \\") == std::string::npos);
        must(std::ranges::none_of(value, is_control));
        again.append(name).append("=").append(value).append("; ");
    }
    must(parse_cookies(again) == cookies);
}

void check_form(std::string_view body)
{
    try {
        const auto fields = parse_form(body, 50);
        must(fields.size() <= 50);
        std::string again;
        for (const auto& [name, value] : fields) {
            must(vtlt::text::is_utf8(name) && vtlt::text::is_utf8(value) && value.find('\0') == std::string::npos);
            again.append("&").append(percent_encode(name)).append("=").append(percent_encode(value));
        }
        must(parse_form(again, 50) == fields);
    } catch (const vtlt::Error& error) {
        must(error.code() == "http.form");
    }
}

void check_file_name(std::string_view name)
{
    for (const bool attachment : {true, false}) {
        const auto field = content_disposition(name, attachment);
        must(std::ranges::all_of(field, [](char c) { return c >= ' ' && c < '\x7f'; }));
        must(std::ranges::count(field, '"') == 2);
        must(field.find_first_of("/\\") == std::string::npos);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 0) {
        const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
        switch (data[0] % 3) {
        case 0:
            check_cookies(text);
            break;
        case 1:
            check_form(text);
            break;
        default:
            check_file_name(text);
        }
    }
    return 0;
}
