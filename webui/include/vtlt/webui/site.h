// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/jobs/runner.h>
#include <vtlt/core/services/access_book.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/core/services/sessions.h>
#include <vtlt/core/services/sign_in.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/webui/http/message.h>
#include <vtlt/webui/http/server.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace vtlt::webui {

/// What pages and API stand on; all of it outlives the site and may be used from any thread.
struct SiteServices
{
    services::Archive& archive;
    const Clock& clock;
    services::SignInDesk& sign_in;
    services::SessionActivity& activity;
    services::AccessBook& access;
    services::Uploads& uploads;
    jobs::Runner& jobs;
    /// Documents were changed: the index may follow. Returns at once.
    std::function<void()> wake_index;
    /// The same, and returns when it has followed.
    std::function<void()> catch_up_index;
    /// An index was found unreadable: it is to be built anew. Returns at once.
    std::function<void()> mend_index;
    /// Of the HTTP server in front; absent in tests.
    std::function<http::ServerStatistics()> server_statistics = {};
    sandbox::ExtractorOptions extractor = {};
    std::filesystem::path assets_dir = {}; ///< while designing: templates are read from there at each request
};

/// Jobs that pages and API ask for; their work is registered by the composition root under these names.
inline constexpr std::string_view kExportJob = "export";
inline constexpr std::string_view kVerifyJob = "verify";

/// Every page and the whole API as one function from request to answer. Any thread.
class Site
{
public:
    explicit Site(const SiteServices& services);
    ~Site();

    http::Response answer(http::Request& request) const;
    /// From now on `/readyz` answers 503: the server is going.
    void retire();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The description of the API (OpenAPI 3.1), made from the route table.
Json openapi_description();

} // namespace vtlt::webui
