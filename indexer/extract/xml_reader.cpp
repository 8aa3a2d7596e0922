// SPDX-License-Identifier: GPL-3.0-or-later
#include "xml_reader.h"

#include "verdict.h"

#include <libxml/parser.h>
#include <libxml/xmlreader.h>

#include <exception>
#include <new>
#include <utility>

namespace vtlt::extract {

namespace {

xmlParserInputPtr refuse_entity(const char*, const char*, xmlParserCtxtPtr)
{
    return nullptr;
}

std::string_view view(const xmlChar* text)
{
    return text == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(text)};
}

void note_damage(void* closure, xmlErrorPtr error)
{
    if (error != nullptr && error->level == XML_ERR_FATAL) {
        *static_cast<bool*>(closure) = true;
    }
}

} // namespace

void prepare_xml()
{
    xmlInitParser();
    xmlSetExternalEntityLoader(refuse_entity);
}

void XmlReader::Free::operator()(xmlTextReader* reader) const
{
    xmlFreeTextReader(reader);
}

XmlReader::XmlReader(Read read) : read_(std::move(read))
{
    // XML_PARSE_RECOVER: one bad character in a long report costs that character, not the report.
    constexpr int kOptions =
        XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    reader_.reset(xmlReaderForIO(fill, nullptr, this, nullptr, nullptr, kOptions));
    if (reader_ == nullptr) {
        throw std::bad_alloc{};
    }
    xmlTextReaderSetStructuredErrorHandler(reader_.get(), note_damage, &damaged_);
}

XmlReader::~XmlReader() = default;

int XmlReader::fill(void* self, char* buffer, int size)
{
    auto& reader = *static_cast<XmlReader*>(self);
    try {
        return reader.failure_ ? -1 : static_cast<int>(reader.read_(buffer, static_cast<std::size_t>(size)));
    } catch (...) {
        // Not through C code: `next` throws it again.
        reader.failure_ = std::current_exception();
        return -1;
    }
}

bool XmlReader::next()
{
    if (std::exchange(empty_element_, false)) {
        kind_ = Kind::end;
        return true;
    }
    for (;;) {
        const auto state = xmlTextReaderRead(reader_.get());
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        if (state != 1) {
            damaged_ = damaged_ || state < 0;
            return false;
        }
        switch (xmlTextReaderNodeType(reader_.get())) {
        case XML_READER_TYPE_ELEMENT:
            kind_ = Kind::start;
            empty_element_ = xmlTextReaderIsEmptyElement(reader_.get()) == 1;
            return true;
        case XML_READER_TYPE_END_ELEMENT:
            kind_ = Kind::end;
            return true;
        case XML_READER_TYPE_TEXT:
        case XML_READER_TYPE_CDATA:
        case XML_READER_TYPE_WHITESPACE:
        case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
            kind_ = Kind::text;
            return true;
        default:
            break;
        }
    }
}

std::string_view XmlReader::name() const
{
    return view(xmlTextReaderConstLocalName(reader_.get()));
}

std::string_view XmlReader::text() const
{
    return view(xmlTextReaderConstValue(reader_.get()));
}

std::optional<std::string> XmlReader::attribute(std::string_view local_name)
{
    std::optional<std::string> value;
    while (xmlTextReaderMoveToNextAttribute(reader_.get()) == 1) {
        if (view(xmlTextReaderConstLocalName(reader_.get())) == local_name) {
            value = std::string{view(xmlTextReaderConstValue(reader_.get()))};
            break;
        }
    }
    xmlTextReaderMoveToElement(reader_.get());
    return value;
}

void XmlReader::skip()
{
    int depth = 1;
    while (depth > 0 && next()) {
        depth += kind_ == Kind::start ? 1 : kind_ == Kind::end ? -1 : 0;
    }
}

} // namespace vtlt::extract
