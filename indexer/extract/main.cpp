// SPDX-License-Identifier: GPL-3.0-or-later
#include "server.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/sandbox/extractor.h>

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string_view>
#include <vector>

namespace {

using vtlt::Json;

constexpr int kUsage = 2;

/// Code points that are not white space, as good as letters for telling a document with text from one without.
std::size_t visible_characters(std::string_view utf8)
{
    std::size_t count = 0;
    for (const char c : utf8) {
        count += static_cast<unsigned char>(c) > ' ' && (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

Json describe(const vtlt::sandbox::Extraction& found, bool with_text)
{
    std::size_t letters = 0;
    auto pages = Json::array();
    for (const auto& page : found.pages) {
        letters += visible_characters(page.text);
        if (with_text) {
            pages.push_back({{"page", page.number ? Json(*page.number) : Json(nullptr)}, {"text", page.text}});
        }
    }
    Json result{{"format", found.format},
                {"media_type", found.media_type},
                {"cause", found.cause ? Json(vtlt::cause_name(*found.cause)) : Json(nullptr)},
                {"plain_image", found.is_plain_image},
                {"title", found.title},
                {"charset", found.charset},
                {"pages", found.pages.size()},
                {"letters", letters},
                {"max_rss_bytes", found.max_rss_bytes},
                {"warnings", found.warnings}};
    if (with_text) {
        result["text"] = std::move(pages);
    }
    return result;
}

/// For operators: what the extractor makes of single files, by the same way as every ingested document. One JSON object
/// a line.
int diagnose(const char* self, const std::vector<std::string_view>& files, bool with_text)
{
    vtlt::sandbox::ExtractorOptions options;
    options.program = self;
    vtlt::sandbox::Extractor extractor{options};
    for (const auto file : files) {
        const auto document = vtlt::open_file(file, O_RDONLY);
        Json line{{"source_path", file}};
        line.update(describe(extractor.extract(document.get()), with_text));
        std::puts(vtlt::to_line(line).c_str());
    }
    return 0;
}

int run(const std::vector<std::string_view>& arguments)
{
    if (arguments.size() == 1 && arguments[0] == "--serve") {
        return vtlt::extract::serve();
    }
    std::vector<std::string_view> files;
    bool with_text = false;
    for (const auto argument : arguments) {
        if (argument == "--text") {
            with_text = true;
        } else if (argument != "--one") {
            files.push_back(argument);
        }
    }
    if (arguments.empty() || arguments[0] != "--one" || files.empty()) {
        std::fputs("vtlt-extract --one FILE… [--text]\n", stderr);
        return kUsage;
    }
    return diagnose("/proc/self/exe", files, with_text);
}

} // namespace

int main(int count, char** arguments)
{
    try {
        return run({arguments + 1, arguments + count});
    } catch (const vtlt::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return vtlt::exit_code(error.kind());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
