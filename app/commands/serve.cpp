// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/daemon/daemon.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/log.h>

#include <CLI/CLI.hpp>

#include <charconv>
#include <csignal>
#include <ctime>

namespace vtlt::app {

namespace {

/// A checkpoint of the history is at most a minute old.
constexpr std::time_t kTidyEvery = 30;

struct Options
{
    std::string listen = "127.0.0.1:8080";
    std::string certificate;
    std::string key;
    std::string client_ca;
    bool behind_proxy = false;
    bool json_log = false;
    std::string assets_dir;
};

/// "127.0.0.1:8080", "[::1]:8080"
void read_address(const std::string& listen, webui::http::ServerOptions& http)
{
    const auto colon = listen.rfind(':');
    if (colon != std::string::npos) {
        const auto* begin = listen.data() + colon + 1;
        const auto* end = listen.data() + listen.size();
        const auto [stopped, problem] = std::from_chars(begin, end, http.port);
        http.address = listen.substr(0, colon);
        if (http.address.starts_with('[') && http.address.ends_with(']')) {
            http.address = http.address.substr(1, http.address.size() - 2);
        }
        if (problem == std::errc{} && stopped == end && !http.address.empty()) {
            return;
        }
    }
    throw Error{Kind::invalid, "http.address", {{"address", listen}}};
}

ServeOptions serve_options(const Options& options)
{
    ServeOptions serve;
    read_address(options.listen, serve.http);
    serve.http.allow_plain = options.behind_proxy;
    serve.assets_dir = options.assets_dir;
    if (options.certificate.empty() != options.key.empty()) {
        throw Error{Kind::invalid, "serve.certificate_and_key"};
    }
    if (!options.certificate.empty()) {
        serve.http.tls = webui::http::TlsFiles{options.certificate, options.key, options.client_ca};
    } else if (!options.client_ca.empty()) {
        throw Error{Kind::invalid, "serve.client_ca_needs_tls"};
    }
    return serve;
}

/// Signals come one by one to the thread that waits for them; every thread made later has them blocked too.
sigset_t block_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&set, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void run_until_told(Daemon& daemon, const sigset_t& set)
{
    const timespec pause{kTidyEvery, 0};
    for (;;) {
        const int number = ::sigtimedwait(&set, nullptr, &pause);
        if (number == SIGTERM || number == SIGINT) {
            return;
        }
        if (number == SIGHUP) {
            daemon.reload();
        } else {
            daemon.tidy();
        }
    }
}

int run_serve(const Context& context, const Options& options)
{
    const auto serve = serve_options(options);
    const auto set = block_signals();
    log::open(options.json_log ? log::Format::json : log::Format::text);
    Daemon daemon{context, serve};
    daemon.start();
    const bool is_v6 = serve.http.address.find(':') != std::string::npos;
    const auto address = std::string{serve.http.tls ? "https://" : "http://"} + (is_v6 ? "[" : "") +
                         serve.http.address + (is_v6 ? "]" : "") + ":" + std::to_string(daemon.port()) + "/";
    if (context.json) {
        context.print_json({{"format_version", 1}, {"address", address}});
    } else {
        context.print_line(address);
    }
    run_until_told(daemon, set);
    daemon.stop();
    return kExitOk;
}

} // namespace

void add_serve(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(app, context, "serve", [&context, options] { return run_serve(context, *options); });
    command->add_option("--listen", options->listen, context.help("serve.listen"));
    command->add_option("--certificate", options->certificate, context.help("serve.certificate"));
    command->add_option("--key", options->key, context.help("serve.key"));
    command->add_option("--client-ca", options->client_ca, context.help("serve.client_ca"));
    command->add_flag("--behind-proxy", options->behind_proxy, context.help("serve.behind_proxy"));
    command->add_flag("--log-json", options->json_log, context.help("serve.log_json"));
    command->add_option("--assets-dir", options->assets_dir, context.help("serve.assets_dir"));
}

} // namespace vtlt::app
