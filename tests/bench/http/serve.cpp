// SPDX-License-Identifier: GPL-3.0-or-later
// vtlt-http-serve: one fixed page and one file by our server, or the page by Poco as it comes, for vtlt-http-load to
// measure. Prints its port and runs until its input ends.
#include <vtlt/core/base/error.h>
#include <vtlt/webui/http/conditional.h>
#include <vtlt/webui/http/server.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/ThreadPool.h>
#include <cstdio>
#include <fcntl.h>
#include <map>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace net = Poco::Net;
namespace http = vtlt::webui::http;

namespace {

using Options = std::map<std::string, std::string>;

std::string page_of(const Options& options)
{
    return std::string(std::stoul(options.at("page-bytes")), 'x');
}

void run_until_input_ends(unsigned port)
{
    std::printf("%u\n", port);
    std::fflush(stdout);
    char c = 0;
    while (read(STDIN_FILENO, &c, 1) > 0) {
    }
}

class PageHandler final : public net::HTTPRequestHandler
{
public:
    explicit PageHandler(const std::string& page) : page_(page) {}
    void handleRequest(net::HTTPServerRequest&, net::HTTPServerResponse& response) override
    {
        response.setContentType("text/html; charset=utf-8");
        response.sendBuffer(page_.data(), page_.size());
    }

private:
    const std::string& page_;
};

class PageFactory final : public net::HTTPRequestHandlerFactory
{
public:
    explicit PageFactory(std::string page) : page_(std::move(page)) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override
    {
        return new PageHandler{page_}; // Poco deletes it
    }

private:
    std::string page_;
};

void serve_poco(const Options& options)
{
    const int threads = std::stoi(options.at("workers"));
    Poco::ThreadPool pool{2, threads};
    net::HTTPServerParams::Ptr params{new net::HTTPServerParams};
    params->setMaxThreads(threads);
    params->setMaxQueued(10'000);
    params->setMaxKeepAliveRequests(0);
    net::HTTPServer server{new PageFactory{page_of(options)}, pool, net::ServerSocket{0, 4096}, params};
    server.start();
    run_until_input_ends(server.port());
    server.stopAll(true);
}

void serve_ours(const Options& options)
{
    http::ServerOptions server_options{.port = 0,
                                       .workers = static_cast<unsigned>(std::stoul(options.at("workers"))),
                                       .connections_per_address = 10'000};
    if (options.contains("certificate")) {
        server_options.tls = http::TlsFiles{options.at("certificate"), options.at("key")};
    }
    const auto page = page_of(options);
    const auto file = options.contains("file") ? options.at("file") : std::string{};
    http::Server server{server_options, [&](http::Request& request) {
                            if (request.path == "/file" && !file.empty()) {
                                auto opened = vtlt::open_file(file, O_RDONLY | O_CLOEXEC);
                                struct stat status = {};
                                fstat(opened.get(), &status);
                                return http::send_file(
                                    request, std::move(opened),
                                    {.etag = "\"v1\"", .size = static_cast<std::uint64_t>(status.st_size)});
                            }
                            http::Response response{.body = page};
                            response.headers.set("Content-Type", "text/html; charset=utf-8");
                            return response;
                        }};
    server.start();
    run_until_input_ends(server.port());
    server.stop(std::chrono::milliseconds{0});
}

} // namespace

int main(int argc, char** argv)
{
    Options options{{"server", "vtlt"}, {"workers", "16"}, {"page-bytes", "10240"}};
    for (int i = 1; i + 1 < argc; i += 2) {
        options[std::string{argv[i]}.substr(2)] = argv[i + 1];
    }
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    try {
        options.at("server") == "poco" ? serve_poco(options) : serve_ours(options);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
