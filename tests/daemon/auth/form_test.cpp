#include "daemon/auth/form.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

#include <cctype>

namespace usaged::test {

TEST_CASE("every byte but the unreserved ones is percent-encoded")
{
    for (unsigned byte = 0; byte < 256; ++byte) {
        CAPTURE(byte);
        auto const c = static_cast<char>(byte);
        static constexpr std::string_view hex = "0123456789ABCDEF";
        bool const plain =
            byte < 0x80 && (std::isalnum(static_cast<int>(byte)) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
        auto const encoded = plain ? std::string(1, c) : std::string{'%', hex[byte / 16], hex[byte % 16]};
        CHECK(percent_encoded(std::string(1, c)) == encoded);
        Form form;
        form.add("f", std::string(1, c));
        CHECK(form.text() == "f=" + encoded);
    }
}

TEST_CASE("fields stand in a form in the order in which they were added")
{
    Form form;
    CHECK(form.text().empty());
    form.add("a", "1");
    form.add("empty", "");
    form.add("b", "2 3");
    CHECK(form.text() == "a=1&empty=&b=2%203");
}

TEST_CASE("a form that grows, moves and goes leaves nothing of itself in freed memory")
{
    static constexpr std::string_view mark = "a-secret-that-nobody-else-may-know";
    FreedMemory const freed{mark};
    {
        Form first;
        first.add("secret", mark);
        for (int i = 0; i < 8; ++i) first.add("more", std::string(100, 'x'));
        Form const second{std::move(first)};
        CHECK(second.text().find(mark) != std::string::npos);
        CHECK(first.text().empty()); // NOLINT(bugprone-use-after-move): what a move leaves behind is what is tested
    }
    CHECK(freed.found() == 0);
}

} // namespace usaged::test
