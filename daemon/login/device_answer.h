#pragma once

#include "daemon/login/device_login.h"

#include <string>

namespace usaged {

/// Reads a good answer of the device code endpoint. Numbers may come as text, and the page as `verification_url`; what
/// is missing or absurd of the numbers is replaced.
/// Throws Error with ErrorCategory::protocol if there is no code or no page in it.
/// (Microsoft Entra docs: v2-oauth2-device-code; RFC 8628, section 3.2)
DeviceCode read_device_answer(std::string const& body);

} // namespace usaged
