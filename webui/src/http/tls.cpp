// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/tls.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
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

/// Whoever holds the key of whatever certificate gets his connection, so that a page can tell him why he may not sign
/// in with it. What it is worth, judge_client says.
int accept_certificate(X509_STORE_CTX*, void*)
{
    return 1;
}

struct FreeStoreContext
{
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};

std::shared_ptr<X509_STORE> load_clients(const std::filesystem::path& file)
{
    open_file(file, O_RDONLY | O_CLOEXEC);
    std::shared_ptr<X509_STORE> store{X509_STORE_new(), X509_STORE_free};
    auto* lookup = store ? X509_STORE_add_lookup(store.get(), X509_LOOKUP_file()) : nullptr;
    if (lookup == nullptr || X509_load_cert_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) <= 0) {
        throw_certificate(file);
    }
    bool has_authority = false;
    const auto* objects = X509_STORE_get0_objects(store.get());
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
        const auto type = X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i));
        has_authority = has_authority || type == X509_LU_X509;
        if (type == X509_LU_CRL) {
            X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK);
        }
    }
    if (!has_authority) {
        throw Error{Kind::invalid, "http.certificate", {{"path", file.native()}, {"reason", "no CA certificate"}}};
    }
    return store;
}

void ask_clients(SSL_CTX* context, const std::filesystem::path& file)
{
    // Browsers offer what one of these has issued.
    if (auto* names = SSL_load_client_CA_file(file.c_str())) {
        SSL_CTX_set_client_CA_list(context, names);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, accept_certificate, nullptr);
    // A resumed connection would come with a certificate that nobody has shown.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

std::string digest_of(X509* certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    ensure(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1, "a certificate has a digest");
    return to_hex(std::span<const unsigned char>{digest.data(), size});
}

bool is_trusted(X509_STORE* clients, X509* certificate, STACK_OF(X509) * others)
{
    const std::unique_ptr<X509_STORE_CTX, FreeStoreContext> context{X509_STORE_CTX_new()};
    const bool is_ready = context && X509_STORE_CTX_init(context.get(), clients, certificate, others) == 1 &&
                          X509_STORE_CTX_set_default(context.get(), "ssl_client") == 1;
    const bool is_good = is_ready && X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return is_good;
}

} // namespace

void SslDeleter::operator()(ssl_st* ssl) const
{
    SSL_free(ssl);
}

TlsContext::TlsContext(TlsFiles files) : files_(std::move(files)), loaded_(load()) {}

TlsContext::Loaded TlsContext::load() const
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
    Loaded loaded{.context = context, .clients = nullptr};
    if (!files_.client_ca.empty()) {
        loaded.clients = load_clients(files_.client_ca);
        ask_clients(context.get(), files_.client_ca);
    }
    return loaded;
}

void TlsContext::reload()
{
    auto fresh = load();
    const std::scoped_lock lock{mutex_};
    fresh.generation = loaded_.generation + 1;
    loaded_ = std::move(fresh);
}

TlsContext::Loaded TlsContext::now() const
{
    const std::scoped_lock lock{mutex_};
    return loaded_;
}

void TlsContext::judge_client(ssl_st* ssl, ClientProof& proof) const
{
    constexpr std::chrono::minutes kGoodFor{1};
    auto* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) {
        return;
    }
    const auto loaded = now();
    const auto time = std::chrono::steady_clock::now();
    if (proof.generation == loaded.generation && time - proof.judged_at < kGoodFor) {
        return;
    }
    proof = {.certificate =
                 ClientCertificate{.digest = digest_of(certificate),
                                   .is_trusted = loaded.clients && is_trusted(loaded.clients.get(), certificate,
                                                                              SSL_get_peer_cert_chain(ssl))},
             .generation = loaded.generation,
             .judged_at = time};
}

Ssl TlsContext::new_session(int fd) const
{
    const auto context = now().context;
    Ssl ssl{SSL_new(context.get())};
    if (ssl && SSL_set_fd(ssl.get(), fd) == 1) {
        SSL_set_accept_state(ssl.get());
        return ssl;
    }
    return nullptr;
}

} // namespace vtlt::webui::http
