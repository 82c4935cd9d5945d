#include "daemon/net/wiped_text.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace usaged {

// Copied and wiped: moving a short string would leave its bytes behind in the other's buffer.
WipedText::WipedText(std::string text) : text_{text} // NOLINT(performance-unnecessary-value-param)
{
    wipe_whole(text);
}

WipedText::~WipedText()
{
    wipe_whole(text_);
}

void wipe_whole(std::string& text)
{
    text.resize(text.capacity());
    ::OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void reserve_wiping(std::string& text, std::size_t capacity)
{
    if (capacity <= text.capacity()) return;
    std::string larger;
    larger.reserve(capacity);
    larger.append(text);
    text.swap(larger);
    wipe_whole(larger);
}

void append_wiping(std::string& text, std::string_view bytes)
{
    auto const size = text.size() + bytes.size();
    if (size > text.capacity()) reserve_wiping(text, std::max(size, 2 * text.capacity()));
    text.append(bytes);
}

} // namespace usaged
