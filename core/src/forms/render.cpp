// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/forms/render.h>

#include "dataset.h"
#include "renderers.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <array>

namespace vtlt::forms {

namespace {

struct OutputKind
{
    std::string_view extension;
    std::string_view media_type;
};

/// In the order of `Output`.
constexpr std::array kOutputs{
    OutputKind{".html", "text/html; charset=utf-8"},
    OutputKind{".pdf", "application/pdf"},
    OutputKind{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    OutputKind{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
};

const OutputKind& kind_of(Output output)
{
    return kOutputs.at(static_cast<std::size_t>(output));
}

} // namespace

Rendered render(Output output, const FormDef& form, const FormData& data,
                const std::function<void(std::string_view)>& sink, const RenderOptions& options)
{
    switch (output) {
    case Output::html:
        return render_html(form, data, sink, options);
    case Output::pdf:
        return render_pdf(form, data, sink);
    case Output::xlsx:
        return render_xlsx(form, data, sink, options);
    case Output::docx:
        return render_docx(form, data, sink);
    }
    throw Error{Kind::internal, "internal.invariant", {{"what", "an output that render knows"}}};
}

std::optional<Output> output_from_name(std::string_view name)
{
    const auto found =
        std::ranges::find(kOutputs, name, [](const OutputKind& kind) { return kind.extension.substr(1); });
    return found == kOutputs.end() ? std::nullopt : std::optional{static_cast<Output>(found - kOutputs.begin())};
}

std::string_view media_type(Output output)
{
    return kind_of(output).media_type;
}

std::string_view extension(Output output)
{
    return kind_of(output).extension;
}

std::string dataset_sha256(const FormDef& form, const Rows& rows)
{
    Dataset dataset{form};
    rows([&](const Row& row) { dataset.add(row); });
    return dataset.finish_hash();
}

} // namespace vtlt::forms
