#!/usr/bin/python3
"""Verifies a client assertion (standard input) by a certificate and for an audience, with PyJWT, which checks signature,
salt length, audience and times; prints header and claims as JSON. Usage: CERTIFICATE AUDIENCE [--expired]"""
import base64
import json
import sys

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

certificate_file, audience = sys.argv[1:3]
token = sys.stdin.read()
with open(certificate_file, "rb") as file:
    certificate = x509.load_pem_x509_certificate(file.read())
claims = jwt.decode(
    token,
    certificate.public_key(),
    algorithms=["PS256"],
    audience=audience,
    options={
        "require": ["aud", "iss", "sub", "jti", "nbf", "iat", "exp"],
        "verify_exp": "--expired" not in sys.argv,
    },
)
header = jwt.get_unverified_header(token)
thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
if header["x5t#S256"] != thumbprint:
    sys.exit("the thumbprint is that of another certificate")
print(json.dumps({"header": header, "claims": claims}))
