#include "tests/simulator/gzip.h"

#include "tests/simulator/exchange.h"

#include <algorithm>
#include <stdexcept>
#include <zlib.h>

namespace usaged::test {
namespace {

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

} // namespace

std::string gzip(std::string_view bytes)
{
    constexpr int gzip_format = 16; // added to the size of the window
    constexpr int memory_level = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip_format, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error{"zlib cannot compress"};
    std::string text(deflateBound(&stream, bytes.size()), '\0');
    std::string input{bytes}; // zlib's input is not const
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    auto const result = deflate(&stream, Z_FINISH);
    text.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) throw std::runtime_error{"zlib did not compress everything"};
    return text;
}

bool takes_gzip(std::string_view accept_encoding)
{
    while (!accept_encoding.empty()) {
        auto const coding = accept_encoding.substr(0, accept_encoding.find(','));
        accept_encoding.remove_prefix(std::min(accept_encoding.size(), coding.size() + 1));
        auto const weight = coding.find("q=0");
        auto const refused = weight != std::string_view::npos && !coding.substr(weight).starts_with("q=0.");
        if (!refused && equal_ignoring_case(trimmed(coding.substr(0, coding.find(';'))), "gzip")) return true;
    }
    return false;
}

} // namespace usaged::test
