// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/forms/render.h>

#include <functional>
#include <string_view>

namespace vtlt::forms {

using Sink = std::function<void(std::string_view)>;

Rendered render_html(const FormDef& form, const FormData& data, const Sink& sink, const RenderOptions& options);
Rendered render_pdf(const FormDef& form, const FormData& data, const Sink& sink);
Rendered render_xlsx(const FormDef& form, const FormData& data, const Sink& sink, const RenderOptions& options);
Rendered render_docx(const FormDef& form, const FormData& data, const Sink& sink);

} // namespace vtlt::forms
