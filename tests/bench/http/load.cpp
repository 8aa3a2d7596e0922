// SPDX-License-Identifier: GPL-3.0-or-later
// vtlt-http-load: a crowd, and a rate, against any HTTP/1.1 server. One JSON object on stdout.
//
//   --mode crowd   --idle 2000 connections that say nothing (under TLS: after their handshake) and --slow 500 that send
//                  a byte of a head each second (under TLS: half a hello), while --clients 500 new ones come one after
//                  the other, connect, ask once and go: how long each took
//   --mode rate    --connections 8 that ask again as soon as they are answered, for --seconds 5: answers per second
//   --mode download  one whole answer, or the part of it that --range says, thrown away: bytes and seconds
//   always         --port N [--address 127.0.0.1] [--path /] [--cookie NAME=VALUE] [--tls 1] [--timeout 5]
#include "load_client.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

using namespace vtlt::bench::http;
using Clock = std::chrono::steady_clock;

namespace {

using Options = std::map<std::string, std::string>;

unsigned long number(const Options& options, const std::string& name)
{
    return std::stoul(options.at(name));
}

std::string request_of(const Options& options)
{
    auto head =
        "GET " + options.at("path") + " HTTP/1.1\r\nHost: load.test\r\nUser-Agent: vtlt-http-load\r\nAccept: */*\r\n";
    for (const auto& [option, field] : {std::pair{"cookie", "Cookie: "}, std::pair{"range", "Range: "}}) {
        if (const auto found = options.find(option); found != options.end()) {
            head.append(field).append(found->second).append("\r\n");
        }
    }
    return head + "\r\n";
}

double percentile(std::vector<double>& sorted, double share)
{
    return sorted.empty() ? 0
                          : sorted[std::min(sorted.size() - 1,
                                            static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

/// Idle and slow clients for as long as it lives.
class Crowd
{
public:
    Crowd(const Options& options, const Target& target) : tls_(target.tls)
    {
        for (auto i = number(options, "idle"); i > 0; --i) {
            add(idle_, target);
        }
        auto raw = target;
        raw.tls = false;
        for (auto i = number(options, "slow"); i > 0; --i) {
            if (add(slow_, raw)) {
                // Half a hello that promises 512 bytes, or the beginning of a head.
                slow_.back().send_some(tls_ ? std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}
                                            : std::string{"GET / HTTP/1.1\r\nX-Slow: "});
            }
        }
        trickle_ = std::jthread{[this](const std::stop_token& stop) {
            for (int tick = 1; !stop.stop_requested(); ++tick) {
                std::this_thread::sleep_for(std::chrono::milliseconds{100});
                if (tick % 10 == 0) {
                    std::ranges::for_each(slow_, [](Client& client) { client.send_some("x"); });
                }
            }
        }};
    }

    std::size_t idle() const { return idle_.size(); }
    std::size_t slow() const { return slow_.size(); }

private:
    static bool add(std::vector<Client>& clients, const Target& target)
    {
        Client client{target};
        const bool is_there = client.connect();
        if (is_there) {
            clients.push_back(std::move(client));
        }
        return is_there;
    }

    bool tls_;
    std::vector<Client> idle_;
    std::vector<Client> slow_;
    std::jthread trickle_;
};

void crowd(const Options& options, const Target& target)
{
    const Crowd others{options, target};
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    const auto request = request_of(options);
    std::vector<double> times;
    unsigned failed = 0;
    for (auto i = number(options, "clients"); i > 0 && failed < 5; --i) {
        const auto began = Clock::now();
        Client client{target};
        if (client.connect() && client.ask(request)) {
            times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
        } else {
            ++failed;
        }
    }
    std::ranges::sort(times);
    std::printf(
        "{\"mode\": \"crowd\", \"idle\": %zu, \"slow\": %zu, \"served\": %zu, \"failed\": %u, \"p50_ms\": %.3f, "
        "\"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
        others.idle(), others.slow(), times.size(), failed, percentile(times, 0.5), percentile(times, 0.99),
        times.empty() ? 0 : times.back());
}

/// Its size; a rate of refusals would be no rate.
std::uint64_t whole_answer(const Target& target, const std::string& request)
{
    Client client{target};
    const auto bytes = client.connect() ? client.swallow(request) : 0;
    if (bytes == 0) {
        throw std::runtime_error{"no whole answer"};
    }
    return bytes;
}

void rate(const Options& options, const Target& target)
{
    const auto request = request_of(options);
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    std::vector<Client> clients;
    const auto count = number(options, "connections");
    clients.reserve(count);
    const auto bytes = whole_answer(target, request);
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(target);
        if (!clients.back().connect()) {
            throw std::runtime_error{"no connection"};
        }
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.u64 = i;
        epoll_ctl(poller, EPOLL_CTL_ADD, clients.back().fd(), &event);
        clients.back().send_some(request);
    }
    std::size_t answers = 0;
    std::size_t broken = 0;
    const auto began = Clock::now();
    const auto end = began + std::chrono::seconds{number(options, "seconds")};
    std::vector<epoll_event> events(256);
    while (Clock::now() < end && broken < count) {
        const int ready = epoll_wait(poller, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < ready; ++i) {
            auto& client = clients[events[static_cast<std::size_t>(i)].data.u64];
            if (!client.read_some()) {
                ++broken;
                epoll_ctl(poller, EPOLL_CTL_DEL, client.fd(), nullptr);
                continue;
            }
            for (; client.take_answer(); ++answers) {
                client.send_some(request);
            }
        }
    }
    const std::chrono::duration<double> took = Clock::now() - began;
    std::printf("{\"mode\": \"rate\", \"connections\": %zu, \"answers\": %zu, \"bytes\": %llu, \"broken\": %zu, "
                "\"per_second\": %.1f}\n",
                clients.size(), answers, static_cast<unsigned long long>(bytes), broken,
                static_cast<double>(answers) / took.count());
}

void download(const Options& options, const Target& target)
{
    const auto began = Clock::now();
    const auto bytes = whole_answer(target, request_of(options));
    const std::chrono::duration<double> took = Clock::now() - began;
    std::printf("{\"mode\": \"download\", \"bytes\": %llu, \"seconds\": %.6f}\n",
                static_cast<unsigned long long>(bytes), took.count());
}

} // namespace

int main(int argc, char** argv)
{
    Options options{{"mode", "crowd"}, {"address", "127.0.0.1"}, {"path", "/"},   {"tls", "0"},
                    {"timeout", "5"},  {"idle", "2000"},         {"slow", "500"}, {"clients", "500"},
                    {"seconds", "5"},  {"connections", "8"}};
    for (int i = 1; i + 1 < argc; i += 2) {
        options[std::string{argv[i]}.substr(2)] = argv[i + 1];
    }
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    try {
        const Target target{.address = options.at("address"),
                            .port = static_cast<std::uint16_t>(number(options, "port")),
                            .tls = options.at("tls") == "1",
                            .timeout_seconds = static_cast<int>(number(options, "timeout"))};
        const auto& mode = options.at("mode");
        mode == "rate"       ? rate(options, target)
        : mode == "download" ? download(options, target)
                             : crowd(options, target);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "vtlt-http-load: %s\n", failure.what());
        return 1;
    }
    return 0;
}
