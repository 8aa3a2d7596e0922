// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/route.h"

#include <vtlt/core/base/json.h>
#include <vtlt/indexer/searcher.h>
#include <vtlt/webui/frame.h>
#include <vtlt/webui/site.h>
#include <vtlt/webui/templates.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::webui {

/// Searchers to lend: each is for one thread at a time and costs some milliseconds to open.
class SearcherPool
{
public:
    SearcherPool(const Home& home, db::Database& database) : home_(home), database_(database) {}

    /// Runs `work` with a searcher of its own. One that has thrown is not lent again.
    template <class Work>
    auto with(const Work& work)
    {
        auto searcher = take();
        auto result = work(*searcher);
        give_back(std::move(searcher));
        return result;
    }

private:
    std::unique_ptr<indexer::Searcher> take();
    void give_back(std::unique_ptr<indexer::Searcher> searcher);

    const Home& home_;
    db::Database& database_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<indexer::Searcher>> free_; // guarded by mutex_
};

/// What all requests share.
struct House
{
    SiteServices services;
    Templates templates;
    SearcherPool searchers;
    std::string archive_title;
    std::string version;
};

/// One request on its way through a handler.
struct Call
{
    http::Request& request;
    House& house;
    const Route& route;
    std::vector<std::string> values; ///< of the parts in braces of the route's pattern
    auth::Actor actor;
    std::optional<services::SignedIn> session; ///< absent for tokens and strangers
    std::string csrf;                          ///< empty without a session
    Language language = Language::vi;
    http::Pairs form; ///< of a POST from a page, read before the handler; empty for multipart bodies

    const std::string& value(std::size_t index = 0) const { return values.at(index); }
    /// A field of the form, "" when absent.
    std::string field(std::string_view name) const;
    /// A value of the query, "" when absent.
    std::string query(std::string_view name) const;
    bool wants_fragment() const { return request.headers.find("HX-Request").has_value(); }

    services::Archive& archive() const { return house.services.archive; }
    const Clock& clock() const { return house.services.clock; }
};

/// The body as JSON. Throws invalid `json.syntax`, `http.body_too_large`, `http.json_expected` (not an object).
Json read_json(Call& call);
/// Members of a JSON body; "" or the given value when absent or null. Throw invalid `api.not_text`, `api.not_flag`
/// naming the member.
std::string text_member(const Json& body, const char* name, const std::string& otherwise = {});
bool flag_member(const Json& body, const char* name);

/// The key of an Idempotency-Key header; empty when absent.
std::string repeat_key(const Call& call);
/// The revision in If-Match. Throws conflict `http.if_match_missing`; nullopt when no tag of ours is in it.
std::optional<std::int64_t> wanted_revision(const Call& call);
std::string revision_tag(std::int64_t revision);

/// The layout's members that every page fills alike.
Frame frame_of(const Call& call, std::string_view place);

/// A page inside the layout, or for htmx the page's own part.
http::Response page(const Call& call, std::string_view name, Json view, const Frame& frame, int status = 200);
http::Response json_answer(const Json& value, int status = 200);
/// After a POST: 303 to `path`.
http::Response redirect(std::string path);
/// A message that the next page shows once, carried in a cookie: key of context "page" with its fields.
void tell_next(http::Response& response, const Call& call, std::string_view tone, std::string_view key,
               const Fields& fields = {});

/// A file of a form, spooled to a folder that is gone after the request.
struct FormFile
{
    std::string name; ///< as the browser gave it
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::string sha256; ///< hex
};

/// A multipart form of a page: fields first, then files. The csrf field is checked before the first file is looked at.
/// Returns the fields. Throws forbidden `http.csrf`, invalid `http.multipart` and what `on_file` throws.
using OnFile = std::function<void(const http::Pairs& fields, const FormFile& file)>;
http::Pairs read_form_files(Call& call, const OnFile& on_file);

/// The uid of the call's session; empty for tokens and strangers.
Uid own_session(const Call& call);

/// Percent-encoding of a value in a query or of one path part.
std::string encoded(std::string_view value);

} // namespace vtlt::webui
