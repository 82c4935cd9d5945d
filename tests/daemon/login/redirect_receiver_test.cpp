#include "daemon/login/redirect_receiver.h"
#include "tests/daemon/login/entra.h"
#include "tests/support/freed_memory.h"

namespace usaged::test {
namespace {

/// A sign-in that waits for its redirect.
struct SignIn {
    ListenerReply get(std::string const& target, std::string const& host = "localhost:8400")
    {
        auto reply = receiver.answer(ListenerRequest{"GET", target, host});
        if (reply.sent) reply.sent();
        return reply;
    }

    std::string redirect(std::string const& rest) const
    {
        return "/?" + rest + "&state=" + fields(login.url().substr(login.url().find('?') + 1)).at("state");
    }

    Entra entra;
    RedirectLogin login{entra.endpoint, "http://localhost:8400/", {}};
    int ends = 0;
    RedirectReceiver receiver{login, 8400, [this] { ++ends; }};
};

} // namespace

TEST_CASE("the browser's redirect ends the sign-in")
{
    for (auto const* host : {"localhost:8400", "127.0.0.1:8400", "[::1]:8400"}) {
        CAPTURE(host);
        SignIn sign_in;
        CHECK(sign_in.get(sign_in.redirect("code=abc"), host).status == 200);
        CHECK(sign_in.receiver.ended());
        CHECK(sign_in.ends == 1);
        CHECK(sign_in.receiver.take_code().reveal() == "abc");
    }
}

TEST_CASE("the sign-in ends when the browser has its page, not before")
{
    SignIn sign_in;
    auto const reply = sign_in.receiver.answer(ListenerRequest{"GET", sign_in.redirect("code=abc"), "localhost:8400"});
    CHECK(sign_in.ends == 0);
    reply.sent();
    CHECK(sign_in.ends == 1);
}

TEST_CASE("exactly one redirect is taken")
{
    SignIn sign_in;
    sign_in.get(sign_in.redirect("code=first"));
    CHECK(sign_in.get(sign_in.redirect("code=second")).status == 410);
    CHECK(sign_in.receiver.take_code().reveal() == "first");
    CHECK(sign_in.get(sign_in.redirect("code=third")).status == 410);
    CHECK(sign_in.ends == 1);
}

TEST_CASE("requests that do not end the sign-in")
{
    SignIn sign_in;
    auto const good = sign_in.redirect("code=abc");
    struct Case {
        std::string method, target, host;
        int status;
    };
    for (auto const& row :
         {Case{"GET", "/favicon.ico", "localhost:8400", 404},
          Case{"GET", "/other" + good.substr(1), "localhost:8400", 404}, Case{"GET", "/", "localhost:8400", 400},
          Case{"GET", "/?code=abc&state=x", "localhost:8400", 400}, Case{"POST", good, "localhost:8400", 405},
          Case{"HEAD", good, "localhost:8400", 405}, Case{"GET", good, "localhost", 400},
          Case{"GET", good, "localhost:8401", 400}, Case{"GET", good, "evil.example:8400", 400},
          Case{"GET", good, "", 400}}) {
        CAPTURE(row.method);
        CAPTURE(row.target);
        CAPTURE(row.host);
        CHECK(sign_in.receiver.answer(ListenerRequest{row.method, row.target, row.host}).status == row.status);
        CHECK_FALSE(sign_in.receiver.ended());
    }
    CHECK(sign_in.ends == 0);
    CHECK(sign_in.get(good).status == 200);
}

TEST_CASE("no page repeats what it was asked")
{
    SignIn sign_in;
    for (auto const& target :
         {std::string{"/?code=marker&state=marker"}, std::string{"/marker"},
          sign_in.redirect("error=marker&error_description=marker"), sign_in.redirect("code=marker")}) {
        auto const reply = sign_in.get(target);
        CHECK(reply.body.find("marker") == std::string::npos);
        CHECK(reply.content_type == "text/html; charset=utf-8");
    }
}

TEST_CASE("a refusal of Entra ID ends the sign-in")
{
    SignIn sign_in;
    auto const reply = sign_in.get(sign_in.redirect("error=access_denied"));
    CHECK(reply.body.find("failed") != std::string::npos);
    CHECK(sign_in.ends == 1);
    CHECK_THROWS_AS(sign_in.receiver.take_code(), Error);
}

TEST_CASE("a paste that is of no use is told so, and a good one may follow")
{
    SignIn sign_in;
    auto const error = sign_in.receiver.paste("https://login.example/");
    REQUIRE(error);
    CHECK(error->remedy().find("http://localhost:8400/?code=") != std::string::npos);
    CHECK(sign_in.ends == 0);
    CHECK_FALSE(sign_in.receiver.paste("http://localhost:8400" + sign_in.redirect("code=abc")));
    CHECK(sign_in.ends == 1);
    CHECK(sign_in.receiver.take_code().reveal() == "abc");
}

TEST_CASE("no copy of an authorization code is left in memory")
{
    auto const mark = "MARK-" + std::string(200, 'x');
    for (bool const pasted : {false, true}) {
        CAPTURE(pasted);
        SignIn sign_in;
        ListenerRequest const request{"GET", sign_in.redirect("code=" + mark), "localhost:8400"};
        FreedMemory const freed{mark};
        if (pasted)
            CHECK_FALSE(sign_in.receiver.paste(request.target));
        else
            CHECK(sign_in.receiver.answer(request).status == 200);
        CHECK(sign_in.receiver.take_code().reveal() == mark);
        CHECK(freed.found() == 0);
    }
}

} // namespace usaged::test
