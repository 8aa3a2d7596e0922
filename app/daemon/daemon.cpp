// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/daemon.h"

#include "app/daemon/command_socket.h"
#include "app/daemon/index_thread.h"
#include "app/index_upkeep.h"
#include "app/integrity.h"
#include "app/jobs/kinds.h"

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/log.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/sessions.h>
#include <vtlt/core/services/sign_in.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/webui/site.h>

#include <array>
#include <functional>

namespace vtlt::app {

namespace {

void log_access(const webui::http::Access& access)
{
    log::info("http.request", {{"id", access.request_id},
                               {"address", access.remote_address},
                               {"method", access.method},
                               {"path", access.path},
                               {"status", std::to_string(access.status)},
                               {"bytes", std::to_string(access.bytes)},
                               {"us", std::to_string(access.took.count())}});
}

void log_job(const jobs::Job& job)
{
    log::info("job.finished", {{"job", job.uid},
                               {"kind", job.kind},
                               {"outcome", job.outcome ? std::string{jobs::outcome_name(*job.outcome)} : "none"},
                               {"error", job.error_code}});
}

} // namespace

struct Daemon::State
{
    State(const Context& context, const ServeOptions& options);

    services::UploadIntakeOptions upload_options();

    const Clock& clock;
    OpenHouse house;
    IndexThread index;
    services::SignInDesk sign_in;
    services::SessionActivity activity;
    services::AccessBook access;
    services::Uploads uploads;
    jobs::Runner runner;
    webui::Site site;
    webui::http::Server server;
    CommandSocket socket;
    bool running = false;
};

Daemon::State::State(const Context& context, const ServeOptions& options)
    : clock(context.clock()), house(keep_house(context.open_for_writing())), index(house),
      sign_in(*house.archive, clock), activity(*house.archive, clock), access(*house.archive, clock),
      uploads(*house.archive, clock),
      runner(house.archive->database(), clock,
             {.actor_now = [this](const auth::Actor& then) { return services::actor_now(*house.archive, clock, then); },
              .on_finished = log_job}),
      site({.archive = *house.archive,
            .clock = clock,
            .sign_in = sign_in,
            .activity = activity,
            .access = access,
            .uploads = uploads,
            .jobs = runner,
            .wake_index = [this] { index.wake(); },
            .catch_up_index = [this] { house.index->catch_up(); },
            .mend_index = [this] { index.mend(); },
            .server_statistics = [this] { return server.statistics(); },
            .assets_dir = options.assets_dir}),
      server(
          options.http, [this](webui::http::Request& request) { return site.answer(request); }, log_access),
      socket(house)
{
    runner.add(std::string{services::kUploadJob}, services::upload_work(*house.archive, clock, upload_options()),
               jobs::Runner::Speed::prompt);
    runner.add(std::string{webui::kExportJob}, package_work(house, clock));
    runner.add(std::string{webui::kVerifyJob}, verify_work(house));
}

services::UploadIntakeOptions Daemon::State::upload_options()
{
    return {.extractor = {}, .workers = 0, .make_searchable = [this] { house.index->catch_up(); }};
}

Daemon::Daemon(const Context& context, const ServeOptions& options) : state_(std::make_unique<State>(context, options))
{}

Daemon::~Daemon()
{
    stop();
}

void Daemon::start()
{
    state_->server.start();
    state_->runner.start();
    state_->socket.start();
    state_->running = true;
    log::info("server.started", {{"port", std::to_string(state_->server.port())}});
}

std::uint16_t Daemon::port() const
{
    return state_->server.port();
}

void Daemon::tidy()
{
    auto& state = *state_;
    auto& archive = *state.house.archive;
    const std::array<std::function<void()>, 5> works{
        [&] { state.activity.flush(); },
        [&] { state.access.flush(); },
        [&] { services::sweep_sessions(archive, state.clock); },
        [&] { state.uploads.expire(); },
        [&] { audit::write_checkpoint(archive.home(), archive.database(), state.clock); },
    };
    for (const auto& work : works) {
        try {
            work();
        } catch (const Error& error) {
            log::error("server.tidy_failed", error);
        }
    }
}

void Daemon::reload()
{
    try {
        state_->server.reload_certificate();
        log::info("server.certificate_read");
    } catch (const Error& error) {
        log::error("server.certificate_refused", error);
    }
}

void Daemon::stop()
{
    if (!state_->running) {
        return;
    }
    state_->running = false;
    log::info("server.stopping");
    state_->site.retire();
    state_->socket.stop();
    state_->server.stop();
    state_->runner.stop();
    tidy();
    log::info("server.stopped");
}

} // namespace vtlt::app
