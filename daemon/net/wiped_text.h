#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace usaged {

/// Text that may hold a credential: overwritten when it goes.
class WipedText {
public:
    explicit WipedText(std::string text);
    WipedText(WipedText const&) = delete;
    WipedText& operator=(WipedText const&) = delete;
    ~WipedText();

    std::string& get() { return text_; }
    std::string const& get() const { return text_; }

private:
    std::string text_;
};

/// Clears `text` and overwrites all memory that it has, what it held before included.
void wipe_whole(std::string& text);

/// Like reserve(), but leaves no copy behind: answers hold tokens.
void reserve_wiping(std::string& text, std::size_t capacity);

/// Like append(), but leaves no copy behind.
void append_wiping(std::string& text, std::string_view bytes);

} // namespace usaged
