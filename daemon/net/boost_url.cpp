// Boost.URL is not linked but compiled, here and nowhere else.
// https://www.boost.org/doc/libs/1_81_0/libs/url/doc/html/url/overview.html#url.overview.header_only
#include <boost/url/src.hpp>
