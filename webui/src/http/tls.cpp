// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/tls.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <span>
#include <string>
#include <sys/stat.h>

namespace vtlt::webui::http {

namespace {

constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

[[noreturn]] void throw_certificate(const std::filesystem::path& file)
{
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw Error{Kind::invalid, "http.certificate", {{"path", file.native()}, {"reason", reason.data()}}};
}

/// Who can read the key can be us.
void check_key_mode(const std::filesystem::path& key)
{
    const auto file = open_file(key, O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    if (fstat(file.get(), &status) != 0) {
        throw_errno("fstat", key.native());
    }
    if ((status.st_mode & S_IRWXO) != 0) {
        throw Error{Kind::forbidden, "http.key_exposed", {{"path", key.native()}}};
    }
}

/// We speak HTTP/1.1; a browser that offers more is told so at once.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void*)
{
    const std::span offered{in, in_size};
    for (std::size_t at = 0; at < offered.size(); at += offered[at] + 1U) {
        if (std::ranges::equal(offered.subspan(at, std::min<std::size_t>(offered[at] + 1U, offered.size() - at)),
                               kHttp11)) {
            *out = &offered[at + 1];
            *out_size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

} // namespace

void SslDeleter::operator()(ssl_st* ssl) const
{
    SSL_free(ssl);
}

TlsContext::TlsContext(TlsFiles files) : files_(std::move(files)), context_(load()) {}

std::shared_ptr<ssl_ctx_st> TlsContext::load() const
{
    // Their own messages name the file that is missing or closed to us.
    open_file(files_.certificate, O_RDONLY | O_CLOEXEC);
    check_key_mode(files_.key);
    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    if (!context) {
        throw_certificate(files_.certificate);
    }
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(),
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    if (SSL_CTX_use_certificate_chain_file(context.get(), files_.certificate.c_str()) != 1) {
        throw_certificate(files_.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), files_.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
        throw_certificate(files_.key);
    }
    return context;
}

void TlsContext::reload()
{
    auto fresh = load();
    const std::scoped_lock lock{mutex_};
    context_ = std::move(fresh);
}

Ssl TlsContext::new_session(int fd) const
{
    std::shared_ptr<SSL_CTX> context;
    {
        const std::scoped_lock lock{mutex_};
        context = context_;
    }
    Ssl ssl{SSL_new(context.get())};
    if (ssl && SSL_set_fd(ssl.get(), fd) == 1) {
        SSL_set_accept_state(ssl.get());
        return ssl;
    }
    return nullptr;
}

} // namespace vtlt::webui::http
