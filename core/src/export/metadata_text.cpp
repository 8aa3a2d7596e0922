// SPDX-License-Identifier: GPL-3.0-or-later
#include "register_page.h"

#include <vtlt/core/base/text.h>

#include <array>
#include <concepts>
#include <cstdio>
#include <optional>

namespace vtlt::export_ {

namespace {

/// Appends JSON with two spaces a level. Building a tree of values first costs ten times the rest of a document's
/// share, and an export of a hundred thousand documents writes this text twice: once counted, once written.
class JsonText
{
public:
    JsonText& open(char bracket)
    {
        out_ += bracket;
        ++depth_;
        is_first_ = true;
        return *this;
    }
    JsonText& close(char bracket)
    {
        --depth_;
        if (!is_first_) {
            line();
        }
        out_ += bracket;
        is_first_ = false;
        return *this;
    }
    JsonText& item()
    {
        if (!is_first_) {
            out_ += ',';
        }
        is_first_ = false;
        line();
        return *this;
    }
    JsonText& key(std::string_view name)
    {
        item();
        value(name);
        out_ += ": ";
        return *this;
    }
    JsonText& value(std::string_view text)
    {
        out_ += '"';
        text::is_utf8(text) ? escape(text) : escape(text::repair_utf8(text));
        out_ += '"';
        return *this;
    }
    JsonText& value(std::integral auto number)
    {
        out_ += std::to_string(number);
        return *this;
    }
    JsonText& null()
    {
        out_ += "null";
        return *this;
    }
    void text_or_null(std::string_view name, std::string_view text)
    {
        text.empty() ? key(name).null() : key(name).value(text);
    }
    void number_or_null(std::string_view name, std::optional<int> number)
    {
        number ? key(name).value(*number) : key(name).null();
    }
    std::string take() { return std::move(out_); }

private:
    void line()
    {
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
    }
    void escape(std::string_view utf8)
    {
        for (const char c : utf8) {
            if (c == '"' || c == '\\') {
                (out_ += '\\') += c;
            } else if (static_cast<unsigned char>(c) < 0x20) {
                std::array<char, 8> code{};
                std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
                out_ += code.data();
            } else {
                out_ += c;
            }
        }
    }

    std::string out_;
    int depth_ = 0;
    bool is_first_ = true;
};

void add_place(JsonText& json, const catalog::DocumentView& view)
{
    json.key("unit").open('{');
    json.key("code").value(view.unit_code);
    json.key("title").value(view.unit_title);
    json.close('}');
    if (!view.document.dossier) {
        json.key("dossier").null();
        return;
    }
    json.key("dossier").open('{');
    json.key("name").value(dossier_name(view));
    json.key("code").value(view.dossier_code);
    json.number_or_null("year", view.dossier_year);
    json.number_or_null("ordinal", view.dossier_ordinal);
    json.key("title").value(view.dossier_title);
    json.close('}');
}

void add_files(JsonText& json, const PlacedDocument& document)
{
    json.key("files").open('[');
    for (const auto& placed : document.files) {
        const auto& file = *placed.file;
        json.item().open('{');
        json.key("ordinal").value(file.ordinal);
        json.key("path").value(placed.path);
        json.key("name").value(file.name);
        json.key("size").value(file.size);
        json.key("sha256").value(file.object_hash);
        json.text_or_null("media_type", file.media_type);
        json.text_or_null("format", file.format);
        json.number_or_null("pages", file.pages);
        json.close('}');
    }
    json.close(']');
    json.key("names").open('{');
    for (const auto& placed : document.files) {
        json.key(placed.path).value(placed.file->name);
    }
    json.close('}');
}

} // namespace

std::string metadata_text(const PlacedDocument& document)
{
    const auto& view = *document.view;
    const auto& values = view.document;
    JsonText json;
    json.open('{');
    json.key("format_version").value(1);
    json.key("id").value(values.uid);
    json.key("register_ordinal").value(document.ordinal);
    json.text_or_null("number", values.number);
    json.text_or_null("symbol", values.symbol);
    json.text_or_null("number_symbol", values.number_symbol());
    json.text_or_null("kind", values.kind);
    json.text_or_null("issuer", values.issuer);
    json.text_or_null("signer", values.signer);
    json.text_or_null("issued_on", values.issued_on ? format_date(*values.issued_on) : std::string{});
    json.key("title").value(values.title);
    json.key("secrecy").value(secrecy_name(values.secrecy));
    json.key("mode").value(use_mode_name(values.mode));
    add_place(json, view);
    json.text_or_null("source_path", values.source_path);
    add_files(json, document);
    json.close('}');
    return json.take() + "\n";
}

} // namespace vtlt::export_
