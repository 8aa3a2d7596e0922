// SPDX-License-Identifier: GPL-3.0-or-later
#include "client.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace vtlt::webui::http::test {

Client::Client(std::uint16_t port, bool tls, const TlsFiles* own) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    // OpenSSL writes without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw_errno("connect", "");
    }
    // A test that hangs says where.
    const timeval limit{20, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (tls) {
        context_ = {SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
        if (own != nullptr) {
            SSL_CTX_use_certificate_chain_file(context_.get(), own->certificate.c_str());
            SSL_CTX_use_PrivateKey_file(context_.get(), own->key.c_str(), SSL_FILETYPE_PEM);
        }
        ssl_ = {SSL_new(context_.get()), SSL_free};
        SSL_set_fd(ssl_.get(), fd_.get());
        if (SSL_connect(ssl_.get()) != 1) {
            throw Error{Kind::internal, "test.handshake"};
        }
    }
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

void Client::send(std::string_view bytes)
{
    if (ssl_) {
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        return;
    }
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return; // the server has its reasons; the answer will tell
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t Client::read_more()
{
    std::array<char, 64 * 1024> bytes{};
    const auto got = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && !ssl_ && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        FAIL("the server said nothing for 20 s");
    }
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    buffer_.append(bytes.data(), size);
    return size;
}

std::string Client::receive_until(std::string_view mark)
{
    std::size_t at = 0;
    std::size_t seen = 0;
    while ((at = buffer_.find(mark, seen)) == std::string::npos) {
        seen = buffer_.size() - std::min(buffer_.size(), mark.size() - 1);
        if (read_more() == 0) {
            break;
        }
    }
    const auto size = at == std::string::npos ? buffer_.size() : at + mark.size();
    auto text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
}

std::string Client::receive_bytes(std::size_t size)
{
    while (buffer_.size() < size && read_more() > 0) {
    }
    auto text = buffer_.substr(0, size);
    buffer_.erase(0, text.size());
    return text;
}

Answer Client::receive(bool head_only)
{
    Answer answer;
    const auto head = receive_until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ")) {
        return answer;
    }
    answer.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n") + 2; at + 2 < head.size();) {
        const auto end = head.find("\r\n", at);
        const auto colon = head.find(": ", at);
        answer.headers.add(head.substr(at, colon - at), head.substr(colon + 2, end - colon - 2));
        at = end + 2;
    }
    const auto size = answer.headers.find("Content-Length");
    if (size && !head_only) {
        answer.body = receive_bytes(std::stoull(std::string{*size}));
    }
    return answer;
}

bool Client::is_closed_by_server()
{
    while (read_more() > 0) {
    }
    return true;
}

void Client::end_sending()
{
    shutdown(fd_.get(), SHUT_WR);
}

std::string Client::certificate_name() const
{
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{SSL_get1_peer_certificate(ssl_.get()), X509_free};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

std::string get(std::string_view path, std::string_view fields)
{
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: kho.test\r\n" + std::string{fields} + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view fields)
{
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: kho.test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{fields} + "\r\n" + std::string{body};
}

Response echo(Request& request)
{
    std::array<char, 4096> buffer{};
    std::string body;
    while (const auto got = request.body->read(buffer)) {
        body.append(buffer.data(), got);
    }
    std::string text = request.method + " " + request.path + "\n";
    for (const auto& [name, value] : request.query) {
        text.append(name).append("=").append(value).append("\n");
    }
    return {.body = text + body};
}

namespace {

ServerOptions on_free_port(ServerOptions options)
{
    options.port = 0;
    return options;
}

} // namespace

TestServer::TestServer(ServerOptions options, Handler handler, std::function<void(const Access&)> on_access)
    : tls(options.tls.has_value()),
      server(on_free_port(std::move(options)), handler ? std::move(handler) : echo, std::move(on_access))
{
    server.start();
}

Client TestServer::connect() const
{
    return Client{server.port(), tls};
}

TlsFiles make_certificate(const std::filesystem::path& directory, const std::string& name)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const auto as_text = [](auto write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
        write(out.get());
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &bytes);
        return std::string{bytes, static_cast<std::size_t>(size)};
    };
    const TlsFiles files{directory / (name + ".crt"), directory / (name + ".key")};
    write_file_atomically(files.certificate, as_text([&](BIO* out) { PEM_write_bio_X509(out, certificate.get()); }),
                          0644);
    write_file_atomically(files.key, as_text([&](BIO* out) {
                              PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                          }));
    return files;
}

} // namespace vtlt::webui::http::test
