// SPDX-License-Identifier: GPL-3.0-or-later
// What programs send to the API, through the whole site and a real archive: the first byte chooses the route, the rest
// is the body. Nobody's bytes may end in a 5xx, and what was refused has changed nothing.
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/people.h>
#include <vtlt/webui/site.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

using namespace vtlt;

namespace {

void must(bool condition)
{
    if (!condition) {
        __builtin_trap();
    }
}

class Bytes final : public webui::http::BodyReader
{
public:
    explicit Bytes(std::string_view bytes) : left_(bytes) {}
    std::size_t read(std::span<char> into) override
    {
        const auto size = std::min(into.size(), left_.size());
        std::memcpy(into.data(), left_.data(), size);
        left_.remove_prefix(size);
        return size;
    }

private:
    std::string_view left_;
};

services::Archive make_archive(const std::filesystem::path& home, const Clock& clock)
{
    services::init_archive(home, clock, auth::operator_actor(), {});
    return services::Archive{home, services::Archive::Mode::write};
}

/// One archive with one document and one clerk's token, for the life of the process.
class Place
{
public:
    Place()
        : archive_(make_archive(folder_.path() / "archive", clock_)), sign_in_(archive_, clock_),
          activity_(archive_, clock_), access_(archive_, clock_), uploads_(archive_, clock_),
          runner_(archive_.database(), clock_), site_({.archive = archive_,
                                                       .clock = clock_,
                                                       .sign_in = sign_in_,
                                                       .activity = activity_,
                                                       .access = access_,
                                                       .uploads = uploads_,
                                                       .jobs = runner_,
                                                       .wake_index = [] {},
                                                       .catch_up_index = [] {},
                                                       .mend_index = [] {}})
    {
        const auto operator_ = auth::operator_actor();
        services::add_account(archive_, clock_, operator_,
                              {.name = "vanthu", .roles = {auth::Role::archivist}, .password = std::nullopt});
        token_ = services::issue_api_token(
                     archive_, clock_, operator_,
                     {.who = "vanthu", .title = "fuzz", .scopes = auth::Scopes::of_tokens(), .expires_on = {}})
                     .secret;
        auto tx = archive_.database().write();
        document_ = make_uid();
        const catalog::Document document{.uid = document_,
                                         .unit = catalog::root_unit(tx).id,
                                         .dossier = {},
                                         .title = "Báo cáo",
                                         .created_at = clock_.now()};
        catalog::insert_document(tx, document, operator_.name);
        tx.commit();
    }

    const Uid& document() const { return document_; }

    catalog::Document stored()
    {
        auto tx = archive_.database().read();
        return catalog::get_view(tx, document_).document;
    }

    webui::http::Response ask(std::string_view method, const std::string& path, std::string_view body)
    {
        Bytes bytes{body};
        webui::http::Request request;
        request.method = method;
        request.target = request.path = path;
        request.headers.add("Host", "x");
        request.headers.add("Authorization", "Bearer " + token_);
        request.headers.add("Content-Type", "application/json");
        request.headers.add("If-Match", "\"r" + std::to_string(stored().revision) + "\"");
        request.remote_address = "10.0.0.7";
        request.id = "fuzz";
        request.content_length = body.size();
        request.body = &bytes;
        return site_.answer(request);
    }

private:
    TempDir folder_{std::filesystem::temp_directory_path()};
    SystemClock clock_;
    services::Archive archive_;
    services::SignInDesk sign_in_;
    services::SessionActivity activity_;
    services::AccessBook access_;
    services::Uploads uploads_;
    jobs::Runner runner_;
    webui::Site site_;
    std::string token_;
    Uid document_;
};

struct Target
{
    std::string_view method;
    std::string_view path; ///< its "*" stands for the document
};

constexpr std::array kTargets{
    Target{"PATCH", "/api/v1/documents/*"},   Target{"POST", "/api/v1/uploads"},
    Target{"POST", "/api/v1/packages"},       Target{"POST", "/api/v1/uploads/00000000000000000000/complete"},
    Target{"POST", "/api/v1/integrity/runs"},
};

/// What was accepted stands there as one line in NFC, nothing else.
void check_kept(const Json& body, const catalog::Document& after)
{
    const auto is_kept = [&](const char* name, const std::string& value) {
        return !body.contains(name) || !body[name].is_string() ||
               text::one_line(text::to_nfc(body[name].get<std::string>())) == value;
    };
    must(is_kept("signer", after.signer) && is_kept("issuer", after.issuer) && is_kept("title", after.title));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Place place;
    if (size == 0) {
        return 0;
    }
    const auto& target = kTargets[data[0] % kTargets.size()];
    std::string path{target.path};
    if (const auto star = path.find('*'); star != std::string::npos) {
        path.replace(star, 1, place.document());
    }
    const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto before = place.stored();
    const auto answer = place.ask(target.method, path, body);
    must(answer.status < 500 || answer.status == 503);
    // An answer is JSON, whatever was asked.
    const auto said = parse_json(std::get<std::string>(answer.body));
    must(answer.status < 400 || said.contains("code"));
    const auto after = place.stored();
    must(after.revision == before.revision || (answer.status == 200 && target.method == "PATCH"));
    if (after.revision != before.revision) {
        check_kept(parse_json(body), after);
    }
    return 0;
}
