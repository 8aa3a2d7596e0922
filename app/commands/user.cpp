// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/secret_input.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/people.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::size_t kPage = 200;

/// As typed; empty where not.
struct Options
{
    std::string who;
    std::string full_name;
    std::string unit;
    std::string role;
    std::string clearance;
    std::string password_file;
    bool no_password = false;
    std::string title;
    std::vector<std::string> scopes;
    std::string expires_on;
    std::string token;
};

std::string joined(auto&& words)
{
    std::string out;
    for (const auto& word : words) {
        out.append(out.empty() ? "" : " ").append(word);
    }
    return out;
}

auth::Role role_of(const std::string& typed)
{
    if (const auto role = auth::role_from_name(typed)) {
        return *role;
    }
    throw Error{Kind::invalid, "role.unknown", {{"value", typed}, {"known", joined(auth::kRoleNames)}}};
}

Secrecy clearance_of(const std::string& typed)
{
    if (const auto clearance = secrecy_from_name(typed)) {
        return *clearance;
    }
    throw Error{Kind::invalid, "secrecy.unknown", {{"value", typed}}};
}

auth::Scopes scopes_of(const std::vector<std::string>& typed)
{
    auth::Scopes scopes;
    for (const auto& word : typed) {
        const auto scope = auth::token_scope_from_name(word);
        if (!scope) {
            throw Error{Kind::invalid,
                        "scope.unknown",
                        {{"value", word}, {"known", auth::scope_words(auth::Scopes::of_tokens())}}};
        }
        scopes.add(*scope);
    }
    return scopes;
}

Json instant_or_null(std::optional<Instant> instant)
{
    return instant ? Json(format_instant(*instant)) : Json(nullptr);
}

Json to_json(const catalog::Account& account)
{
    return {{"id", account.uid},
            {"name", account.name},
            {"full_name", account.full_name},
            {"unit", json_or_null(account.unit_code)},
            {"role", auth::role_name(account.role)},
            {"clearance", secrecy_name(account.clearance)},
            {"disabled", account.disabled},
            {"has_password", account.has_password},
            {"signed_in_at", instant_or_null(account.last.at)},
            {"signed_in_from", json_or_null(account.last.address)},
            {"failures", account.last.failures}};
}

Json scopes_json(auth::Scopes scopes)
{
    auto words = Json::array();
    for (const auto name : auth::kScopeNames) {
        if (const auto scope = auth::token_scope_from_name(name); scope && scopes.contains(*scope)) {
            words.push_back(name);
        }
    }
    return words;
}

Json to_json(const catalog::ApiToken& token)
{
    return {{"id", token.uid},
            {"title", token.title},
            {"scopes", scopes_json(token.scopes)},
            {"created_at", format_instant(token.created_at)},
            {"expires_on", json_or_null(token.expires_on)},
            {"revoked_at", instant_or_null(token.revoked_at)}};
}

void print_account(const Context& context, const catalog::Account& account)
{
    auto line = account.name + "  " + account.full_name + "  " + account.unit_code + "  " +
                context.text("role", auth::role_name(account.role)) + "  " +
                context.text("secrecy", secrecy_name(account.clearance));
    if (account.disabled) {
        line += "  " + context.text("cli", "user.is_disabled");
    } else if (!account.has_password) {
        line += "  " + context.text("cli", "user.has_no_password");
    }
    context.print_line(line);
}

void give_account(const Context& context, const catalog::Account& account)
{
    if (context.json) {
        auto json = to_json(account);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_account(context, account);
    }
}

int run_add(const Context& context, const Options& options)
{
    services::NewAccount wanted{.name = options.who,
                                .full_name = options.full_name,
                                .unit = options.unit,
                                .role = role_of(options.role),
                                .clearance =
                                    options.clearance.empty() ? Secrecy::open : clearance_of(options.clearance),
                                .password = {}};
    if (!options.no_password) {
        wanted.password = read_password(context, options.password_file);
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_account(context, services::add_account(archive, context.clock(), context.actor(), wanted));
    return kExitOk;
}

int run_passwd(const Context& context, const Options& options)
{
    const auto password = read_password(context, options.password_file);
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::set_password(archive, context.clock(), context.actor(), options.who, password);
    give_account(context, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    auto list = Json::array();
    auto page = services::list_accounts(archive, context.actor(), {}, kPage);
    while (!page.empty()) {
        for (const auto& account : page) {
            if (context.json) {
                list.push_back(to_json(account));
            } else {
                print_account(context, account);
            }
        }
        page = services::list_accounts(archive, context.actor(), page.back().name, kPage);
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"users", list}});
    }
    return kExitOk;
}

int run_disable(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::disable_account(archive, context.clock(), context.actor(), options.who);
    give_account(context, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_enable(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::enable_account(archive, context.clock(), context.actor(), options.who);
    give_account(context, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_change(const Context& context, const Options& options)
{
    services::AccountChange change;
    if (!options.full_name.empty()) {
        change.full_name = options.full_name;
    }
    if (!options.unit.empty()) {
        change.unit = options.unit;
    }
    if (!options.role.empty()) {
        change.role = role_of(options.role);
    }
    if (!options.clearance.empty()) {
        change.clearance = clearance_of(options.clearance);
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_account(context, services::change_account(archive, context.clock(), context.actor(), options.who, change));
    return kExitOk;
}

int run_token(const Context& context, const Options& options)
{
    services::NewApiToken wanted{
        .who = options.who, .title = options.title, .scopes = scopes_of(options.scopes), .expires_on = {}};
    if (!options.expires_on.empty()) {
        wanted.expires_on = parse_date(options.expires_on);
        if (!wanted.expires_on) {
            throw Error{Kind::invalid, "date.not_a_day", {{"value", options.expires_on}}};
        }
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto issued = services::issue_api_token(archive, context.clock(), context.actor(), wanted);
    if (context.json) {
        auto json = to_json(issued.token);
        json["format_version"] = 1;
        json["token"] = issued.secret;
        context.print_json(json);
    } else {
        context.print_line(issued.secret);
        context.say(context.text("cli", "user.token_once", {{"token", issued.token.uid}}));
    }
    return kExitOk;
}

int run_tokens(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto tokens = services::list_api_tokens(archive, context.actor(), options.who);
    auto list = Json::array();
    for (const auto& token : tokens) {
        list.push_back(to_json(token));
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"tokens", list}});
        return kExitOk;
    }
    for (const auto& token : tokens) {
        const auto until = token.expires_on ? format_date_vi(*token.expires_on) : std::string{"–"};
        context.print_line(token.uid + "  " + moment(token.created_at) + "  " + until + "  " +
                           auth::scope_words(token.scopes) + "  " + token.title +
                           (token.revoked_at ? "  " + context.text("cli", "user.token_revoked") : ""));
    }
    return kExitOk;
}

int run_revoke(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::revoke_api_token(archive, context.clock(), context.actor(), options.token);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", options.token}});
    } else {
        context.say(context.text("cli", "user.token_revoked"));
    }
    return kExitOk;
}

/// A subcommand of `user`, ready for its options.
CLI::App* add_one(CLI::App& user, Context& context, const std::shared_ptr<Options>& options, const char* name,
                  std::string help, int (*run)(const Context&, const Options&))
{
    auto* command = user.add_subcommand(name, std::move(help));
    command->callback([&context, options, run] {
        context.takes_path(PathUse::input, options->password_file);
        context.command = [&context, options, run] { return run(context, *options); };
    });
    return command;
}

} // namespace

void add_user(CLI::App& app, Context& context)
{
    auto* user = app.add_subcommand("user", context.help("user"))->require_subcommand(1);
    auto options = std::make_shared<Options>();
    const auto named = [&](const char* name, std::string help, int (*run)(const Context&, const Options&)) {
        auto* command = add_one(*user, context, options, name, std::move(help), run);
        command->add_option("NAME", options->who, context.help("user.name"))->required();
        return command;
    };
    const auto add_person = [&](CLI::App* command) {
        command->add_option("--full-name", options->full_name, context.help("user.full_name"));
        command->add_option("--unit", options->unit, context.help("user.unit"));
        command->add_option("--clearance", options->clearance, context.help("user.clearance"));
        return command->add_option("--role", options->role, context.help("user.role"));
    };

    auto* add = named("add", context.help("user.add"), run_add);
    add_person(add)->required();
    auto* file = add->add_option("--password-file", options->password_file, context.help("user.password_file"));
    add->add_flag("--no-password", options->no_password, context.help("user.no_password"))->excludes(file);

    auto* passwd = named("passwd", context.help("user.passwd"), run_passwd);
    passwd->add_option("--password-file", options->password_file, context.help("user.password_file"));
    add_one(*user, context, options, "list", context.help("user.list"), run_list);
    named("disable", context.help("user.disable"), run_disable);
    named("enable", context.help("user.enable"), run_enable);
    add_person(named("change", context.help("user.change"), run_change));

    auto* token = named("token", context.help("user.token"), run_token);
    token->add_option("--title", options->title, context.help("user.token_title"))->required();
    token->add_option("--scope", options->scopes, context.help("user.scope"))->delimiter(',')->allow_extra_args(false);
    token->add_option("--expires-on", options->expires_on, context.help("user.expires_on"));
    named("tokens", context.help("user.tokens"), run_tokens);
    auto* revoke = add_one(*user, context, options, "revoke", context.help("user.revoke"), run_revoke);
    revoke->add_option("TOKEN", options->token, context.help("user.token_id"))->required();
}

} // namespace vtlt::app
