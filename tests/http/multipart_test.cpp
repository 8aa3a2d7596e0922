// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/error.h>
#include <vtlt/webui/http/multipart.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using namespace vtlt;
using namespace vtlt::webui::http;

namespace {

class TextBody final : public BodyReader
{
public:
    TextBody(std::string_view text, std::size_t portion) : left_(text), portion_(portion) {}
    std::size_t read(std::span<char> into) override
    {
        const auto size = std::min({into.size(), left_.size(), portion_});
        std::memcpy(into.data(), left_.data(), size);
        left_.remove_prefix(size);
        return size;
    }

private:
    std::string_view left_;
    std::size_t portion_;
};

struct Part
{
    PartHead head;
    std::string bytes;
};

std::vector<Part> read(std::string_view text, std::size_t portion = 100'000, const MultipartLimits& limits = {})
{
    std::vector<Part> parts;
    TextBody body{text, portion};
    read_multipart(body, "multipart/form-data; boundary=\"xyz\"",
                   {.on_part =
                        [&](const PartHead& head) {
                            parts.push_back({head, {}});
                        },
                    .on_bytes = [&](std::string_view bytes) { parts.back().bytes += bytes; },
                    .on_end = [] {}},
                   limits);
    return parts;
}

std::string part(std::string_view parameters, std::string_view bytes, std::string_view fields = {})
{
    return "--xyz\r\nContent-Disposition: form-data; " + std::string{parameters} + "\r\n" + std::string{fields} +
           "\r\n" + std::string{bytes} + "\r\n";
}

} // namespace

TEST_CASE("a form with files is read, however it is cut", "[http][multipart]")
{
    const std::string file = "\r\n--xy\r\n--xzy" + std::string(200'000, '\r') + "\n--";
    const auto text = part("name=\"trích yếu\"", "Báo cáo") +
                      part("name=\"f\"; filename=\"báo cáo.pdf\"", file, "Content-Type: application/pdf\r\n") +
                      part("name=\"empty\"; filename=\"\"", "") + "--xyz--\r\n";
    for (const std::size_t portion : {1U, 7U, 1000U, 100'000U}) {
        const auto parts = read(text, portion);
        REQUIRE(parts.size() == 3);
        CHECK(parts[0].head.name == "trích yếu");
        CHECK_FALSE(parts[0].head.file_name);
        CHECK(parts[0].bytes == "Báo cáo");
        CHECK(parts[1].head.file_name == "báo cáo.pdf");
        CHECK(parts[1].head.media_type == "application/pdf");
        CHECK((parts[1].bytes == file));
        CHECK(parts[2].head.file_name == "");
        CHECK(parts[2].bytes.empty());
    }
}

TEST_CASE("names of files come as their senders wrote them", "[http][multipart]")
{
    const auto [parameters, name] = GENERATE(table<std::string, std::string>({
        {R"(name=f; filename=a.pdf)", "a.pdf"},
        {R"(name="f"; filename="a%22b.pdf")", "a\"b.pdf"},
        {R"(name="f"; filename="a\"b.pdf")", "a\"b.pdf"},
        {R"(name="f"; filename="C:\kho\a.pdf")", R"(C:\kho\a.pdf)"},
        {R"(name="f"; filename="100%25.pdf")", "100%25.pdf"},
        {R"(name="f"; filename="x"; filename*=UTF-8''b%C3%A1o.pdf)", "báo.pdf"},
        {R"(name="f"; FileName*=utf-8'vi'b%C3%A1o.pdf; filename=x)", "báo.pdf"},
        {R"(name="f"; filename="a; name=b")", "a; name=b"},
    }));
    INFO(parameters);
    CHECK(read(part(parameters, "x") + "--xyz--").at(0).head.file_name == name);
}

TEST_CASE("what is no form with files is refused by name", "[http][multipart]")
{
    const auto text = GENERATE(
        as<std::string>{}, "", "--xyz", "--xyz--", "nothing", "--xyz\r\nContent-Type: text/plain\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a; filename*=latin1''x\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\ncut off",
        "--xyzz\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz--", "--xyz\r\n\r\n\r\nx\r\n--xyz--");
    if (text == "--xyz--") {
        CHECK(read(text).empty());
        return;
    }
    INFO(text);
    try {
        read(text);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.code() == "http.multipart");
        CHECK(error.kind() == Kind::invalid);
    }
}

TEST_CASE("a form with files has limits", "[http][multipart]")
{
    std::string text;
    for (int i = 0; i < 3; ++i) {
        text += part("name=a", "x");
    }
    text += "--xyz--";
    CHECK(read(text, 10, {.parts = 3}).size() == 3);
    CHECK_THROWS_AS(read(text, 10, {.parts = 2}), Error);
    CHECK_THROWS_AS(read(text, 10, {.total = text.size() - 1}), Error);
    CHECK_THROWS_AS(read(part("name=" + std::string(9000, 'a'), "x") + "--xyz--"), Error);
}

TEST_CASE("a boundary is found in its type", "[http][multipart]")
{
    CHECK(multipart_boundary("multipart/form-data; boundary=abc") == "abc");
    CHECK(multipart_boundary("Multipart/Form-Data; charset=x; Boundary=\"a b\"") == "a b");
    CHECK_FALSE(multipart_boundary("multipart/mixed; boundary=abc"));
    CHECK_FALSE(multipart_boundary("multipart/form-data"));
    CHECK_FALSE(multipart_boundary("multipart/form-data; boundary="));
    CHECK_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}
