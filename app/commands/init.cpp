// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/words.h"

#include "app/demo/demo.h"

#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/people.h>

#include <CLI/CLI.hpp>

#include <unistd.h>

namespace vtlt::app {

namespace {

struct Options
{
    std::filesystem::path directory;
    services::InitOptions init;
    bool demo = false;
    std::size_t demo_count = 300;
    std::uint64_t demo_seed = 1;
    std::string highest = std::string{secrecy_name(Secrecy::tuyet_mat)};
};

constexpr const char* kDemoAdministrator = "quantri";

/// There is no default password: each demo archive has its own, told once.
std::string add_demo_administrator(const Context& context, const Options& options)
{
    auto password = auth::make_readable_password();
    const auto archive = context.open_for_writing();
    services::add_account(*archive, context.clock(), context.actor(),
                          {.name = kDemoAdministrator,
                           .full_name = context.text("cli", "init.demo_administrator"),
                           .unit = {},
                           .roles = {auth::Role::admin, auth::Role::archivist},
                           .clearance = options.init.highest,
                           .password = password});
    return password;
}

/// The demo archive: three invented units, their dossiers, and the invented documents taken in like any others.
void fill_with_demo(const Context& context, const Options& options)
{
    const auto house = context.open_house();
    auto& archive = *house.archive;
    const TempDir temporary{archive.home().staging()};
    const demo::Options wanted{
        .seed = options.demo_seed, .count = options.demo_count, .directory = temporary.path() / "documents"};
    demo::generate(wanted);
    for (const auto& unit : demo::units()) {
        services::create_unit(archive, context.clock(), context.actor(),
                              {.code = std::string{unit.code}, .title = std::string{unit.title}});
    }
    services::IntakeRequest request;
    for (const auto& dossier : demo::dossiers(wanted)) {
        const auto made = services::create_dossier(archive, context.clock(), context.actor(),
                                                   {.code = dossier.code,
                                                    .title = dossier.title,
                                                    .unit = std::string{dossier.unit},
                                                    .year = dossier.year,
                                                    .opened_on = dossier.opened_on});
        request.paths.push_back({wanted.directory / dossier.folder, made.uid});
    }
    ProgressLine progress{context, "ingest.progress"};
    const services::IntakeHooks hooks{.on_progress =
                                          [&](const services::IntakeProgress& now) {
                                              progress.show(now.files_done, now.files_total, now.bytes_done);
                                          },
                                      .make_searchable = [&] { house.index->catch_up(); }};
    const auto summary = services::run_intake(archive, context.clock(), context.actor(), request, hooks);
    services::acknowledge_intake(archive, summary.job);
    if (summary.failed + summary.without_text > 0) {
        throw Error{
            Kind::internal, "demo.incomplete", {{"failed", std::to_string(summary.failed + summary.without_text)}}};
    }
    context.say(
        counted(context, "init.demo_done", summary.accepted, {{"documents", std::to_string(summary.accepted)}}));
}

void tell(const Context& context, const Options& options, const std::string& password)
{
    const auto path = options.directory.native();
    if (context.json) {
        context.print_json(
            {{"format_version", 1},
             {"path", path},
             {"administrator",
              password.empty() ? Json(nullptr) : Json{{"name", kDemoAdministrator}, {"password", password}}}});
        return;
    }
    context.say(context.text("cli", "init.done", {{"path", path}}));
    if (password.empty()) {
        context.say(context.text("cli", "init.first_administrator",
                                 {{"path", path}, {"highest", std::string{secrecy_name(options.init.highest)}}}));
    } else {
        // Also under --quiet: nothing else ever tells it.
        write_all(STDERR_FILENO,
                  context.text("cli", "init.demo_password", {{"name", kDemoAdministrator}, {"password", password}}) +
                      "\n",
                  "stderr");
    }
}

int run_init(const Context& context, Options& options)
{
    if (options.directory.empty()) {
        throw Error{Kind::invalid, "archive.no_path"};
    }
    const auto highest = secrecy_from_name(options.highest);
    if (!highest) {
        throw Error{Kind::invalid, "secrecy.unknown", {{"value", options.highest}}};
    }
    // A new archive knows nobody yet; whose token this is belongs to another one.
    if (!context.token_file.empty()) {
        throw Error{Kind::invalid, "token.not_for_init"};
    }
    options.init.highest = *highest;
    options.init.unit_code = services::clean_text(options.init.unit_code);
    options.init.unit_title = services::clean_title(options.init.unit_title);
    services::init_archive(options.directory, context.clock(), context.actor(), options.init);
    std::string password;
    if (options.demo) {
        const Context inside{context, options.directory};
        fill_with_demo(inside, options);
        password = add_demo_administrator(inside, options);
    }
    tell(context, options, password);
    return kExitOk;
}

} // namespace

void add_init(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(app, context, "init", [&context, options] { return run_init(context, *options); });
    command->add_option("DIR", options->directory, context.help("init.dir"))->required();
    command->add_option("--highest", options->highest, context.help("init.highest"));
    command->add_option("--unit-code", options->init.unit_code, context.help("init.unit_code"));
    command->add_option("--unit-title", options->init.unit_title, context.help("init.unit_title"));
    command->add_flag("--demo", options->demo, context.help("init.demo"));
    command->add_option("--demo-count", options->demo_count, context.help("init.demo_count"));
    command->add_option("--demo-seed", options->demo_seed, context.help("init.demo_seed"));
    command->add_flag("--test-clock", options->init.test_clock, context.help("init.test_clock"));
}

} // namespace vtlt::app
