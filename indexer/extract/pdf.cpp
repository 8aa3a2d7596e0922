// SPDX-License-Identifier: GPL-3.0-or-later
#include "handlers.h"

#include "golden.h"
#include "mapping.h"
#include "utf8.h"

#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <limits>
#include <memory>

namespace vtlt::extract {

namespace {

/// poppler's text is UTF-16 in the machine's order; a private conversion, for its own asks iconv once a word.
std::string to_utf8(const poppler::ustring& text)
{
    std::string out;
    out.reserve(text.size() * 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto unit = static_cast<char32_t>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<char32_t>(text[i + 1]) : char32_t{0};
        if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
            append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
            ++i;
        } else {
            append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? kReplacement : unit);
        }
    }
    return out;
}

void note(const std::string& message, void* output)
{
    static_cast<Output*>(output)->warning(message);
}

std::unique_ptr<poppler::document> open(std::string_view bytes)
{
    std::unique_ptr<poppler::document> pdf{
        poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size()))};
    if (!pdf) {
        throw Verdict{Cause::damaged};
    }
    if (pdf->is_locked()) {
        throw Verdict{Cause::encrypted};
    }
    return pdf;
}

void be_silent(const std::string&, void*) {}

std::string page_text(const poppler::page& page)
{
    // The order in which a person reads: columns one after the other.
    return to_utf8(page.text(poppler::rectf{}, poppler::page::non_raw_non_physical_layout));
}

} // namespace

void prepare_pdf()
{
    static const auto bytes = golden::pdf();
    poppler::set_debug_error_function(be_silent, nullptr);
    static const auto sample = open(bytes);
    const std::unique_ptr<poppler::page> page{sample->create_page(0)};
    page_text(*page);
}

void read_pdf(const Document& document)
{
    const auto size = document.source.size();
    if (size > document.memory_bytes || size > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
        throw Verdict{Cause::memory_limit};
    }
    poppler::set_debug_error_function(note, &document.output);
    const Mapping bytes{document.source};
    const auto pdf = open(bytes.view());
    int missing = 0;
    const int pages = pdf->pages();
    for (int i = 0; i < pages; ++i) {
        const std::unique_ptr<poppler::page> page{pdf->create_page(i)};
        document.output.begin_page(i + 1);
        if (!page) {
            ++missing;
            continue;
        }
        document.output.text(page_text(*page));
    }
    document.output.finish_page();
    if (missing > 0 || pages == 0) {
        throw Verdict{Cause::damaged};
    }
    if (!document.output.has_text()) {
        throw Verdict{Cause::no_text_layer};
    }
}

} // namespace vtlt::extract
