// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/messages.h>

#include <vtlt/core/base/embedded_file.h>

#include <boost/locale.hpp>

#include <algorithm>
#include <locale>
#include <vector>

namespace vtlt::locales {
std::span<const EmbeddedFile> files();
}

namespace vtlt::webui {

namespace {

constexpr const char* kDomain = "vtlt";

std::locale make_locale(std::string_view language)
{
    namespace gettext = boost::locale::gnu_gettext;
    gettext::messages_info info;
    info.language = language;
    info.encoding = "UTF-8";
    info.domains.emplace_back(kDomain);
    info.paths.emplace_back("");
    const auto wanted = std::string{language} + ".mo";
    info.callback = [wanted](const std::string&, const std::string&) {
        for (const auto& file : locales::files()) {
            if (file.name == wanted) {
                return std::vector<char>{file.text().begin(), file.text().end()};
            }
        }
        return std::vector<char>{};
    };
    return {std::locale::classic(), gettext::create_messages_facet<char>(info)};
}

const std::locale& locale_of(Language language)
{
    static const std::array all{make_locale("vi"), make_locale("en")};
    return all[static_cast<std::size_t>(language)];
}

bool is_place(std::string_view name)
{
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

/// Text of another mark than ours is left alone; a field's own braces are never read again. A place that nobody fills
/// is left out, with the brackets around it: people never read our marks.
std::string fill(const std::string& text, const Fields& fields)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto open = text.find('{', at);
        const auto close = open == std::string::npos ? open : text.find('}', open);
        if (close == std::string::npos) {
            break;
        }
        out.append(text, at, open - at);
        at = close + 1;
        const auto name = text.substr(open + 1, close - open - 1);
        const auto field = std::ranges::find(fields, name, &Fields::value_type::first);
        if (field != fields.end()) {
            out += field->second;
        } else if (!is_place(name)) {
            out.append(text, open, close - open + 1);
        } else if (out.ends_with(" (") && text.substr(at, 1) == ")") {
            out.resize(out.size() - 2);
            ++at;
        }
    }
    return out.append(text, at);
}

} // namespace

std::optional<Language> language_from_name(std::string_view name)
{
    const auto found = std::ranges::find(kLanguageNames, name);
    return found == kLanguageNames.end() ? std::nullopt
                                         : std::optional{static_cast<Language>(found - kLanguageNames.begin())};
}

std::string message_as_written(Language language, std::string_view context, std::string_view key)
{
    const std::string id{key};
    return boost::locale::pgettext(std::string{context}.c_str(), id.c_str(), locale_of(language));
}

bool has_message(Language language, std::string_view context, std::string_view key)
{
    return message_as_written(language, context, key) != key;
}

std::string message(Language language, std::string_view context, std::string_view key, const Fields& fields)
{
    return fill(message_as_written(language, context, key), fields);
}

std::string message_counted(Language language, std::string_view context, std::string_view key, std::uint64_t count,
                            const Fields& fields)
{
    const std::string id{key};
    // Only whether it is one matters to our languages; the library counts in int.
    const auto number = static_cast<int>(std::min<std::uint64_t>(count, 1000));
    return fill(
        boost::locale::npgettext(std::string{context}.c_str(), id.c_str(), id.c_str(), number, locale_of(language)),
        fields);
}

std::string error_text(Language language, const Error& error)
{
    return message(language, "error", error.code(), error.fields());
}

std::string error_hint(Language language, const Error& error)
{
    return has_message(language, "hint", error.code()) ? message(language, "hint", error.code(), error.fields())
                                                       : std::string{};
}

} // namespace vtlt::webui
