// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/certificate.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <climits>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace vtlt {

namespace {

struct FreeCertificate
{
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeBio
{
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using X509Ptr = std::unique_ptr<X509, FreeCertificate>;
using BioPtr = std::unique_ptr<BIO, FreeBio>;

[[noreturn]] void refuse()
{
    ERR_clear_error();
    throw Error{Kind::invalid, "certificate.unreadable"};
}

X509Ptr parse(std::string_view bytes)
{
    if (bytes.empty() || bytes.size() > INT_MAX) {
        refuse();
    }
    const BioPtr source{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
    X509Ptr certificate{bytes.find("-----BEGIN") != std::string_view::npos
                            ? PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)
                            : d2i_X509_bio(source.get(), nullptr)};
    if (!certificate) {
        refuse();
    }
    return certificate;
}

std::string text_of(const BioPtr& sink)
{
    char* data = nullptr;
    const auto size = BIO_get_mem_data(sink.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string name_text(const X509_NAME* name)
{
    const BioPtr sink{BIO_new(BIO_s_mem())};
    // Letters beyond ASCII as they are; what would end a line is escaped.
    constexpr unsigned long kFlags = (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) & ~XN_FLAG_SPC_EQ;
    if (X509_NAME_print_ex(sink.get(), name, 0, kFlags) < 0) {
        refuse();
    }
    return text::one_line(text::to_nfc(text::repair_utf8(text_of(sink))));
}

Instant instant_of(const ASN1_TIME* time)
{
    std::tm parts = {};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        refuse();
    }
    return Instant{std::chrono::seconds{timegm(&parts)}};
}

std::string bytes_of(X509* certificate)
{
    const BioPtr sink{BIO_new(BIO_s_mem())};
    if (i2d_X509_bio(sink.get(), certificate) != 1) {
        refuse();
    }
    return text_of(sink);
}

} // namespace

Certificate read_certificate(std::string_view bytes)
{
    const auto certificate = parse(bytes);
    return {.digest = sha256_hex(bytes_of(certificate.get())),
            .subject = name_text(X509_get_subject_name(certificate.get())),
            .issuer = name_text(X509_get_issuer_name(certificate.get())),
            .begins_at = instant_of(X509_get0_notBefore(certificate.get())),
            .expires_at = instant_of(X509_get0_notAfter(certificate.get()))};
}

} // namespace vtlt
