#include "sync/daemon/identity.h"

#include "kiosk/pki/certificate.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/seal.h"

static struct err check_authority(const struct settings *settings, char *out_message)
{
    struct trust *trust = NULL;
    struct config_fault fault = {
        .path = settings->path,
        .section = "platform",
        .key = "ca",
        .value = settings->ca,
        .why = trust_create(settings->ca, &trust),
        .allowed = "a PEM file with the authority's certificate of the platform's TLS"};

    trust_destroy(trust);
    return failed(fault.why) ? config_refuse(&fault, out_message) : ERR_OK;
}

static struct err check_platform_key(const struct settings *settings, char *out_message)
{
    struct seal_key *key = NULL;
    struct config_fault fault = {.path = settings->path,
                                 .section = "platform",
                                 .key = "key",
                                 .value = settings->platform_key,
                                 .why = seal_key_create(settings->platform_key, &key),
                                 .allowed =
                                     "a PEM file with the platform's public signing key, Ed25519"};

    seal_key_destroy(key);
    return failed(fault.why) ? config_refuse(&fault, out_message) : ERR_OK;
}

static struct err check_certificate(const struct settings *settings, char *out_message)
{
    struct config_fault fault = {
        .path = settings->path,
        .section = "kiosk",
        .key = "certificate",
        .value = settings->certificate,
        .why = client_certificate_check(settings->certificate, settings->kiosk),
        .allowed = "a PEM file with the kiosk's client certificate, its common name the id above"};

    if (fault.why.code == ERR_CONFLICT)
        fault.wrong = "its common name is not [kiosk] id";
    return failed(fault.why) ? config_refuse(&fault, out_message) : ERR_OK;
}

static struct err check_key(const struct settings *settings, char *out_message)
{
    struct config_fault fault = {
        .path = settings->path,
        .section = "kiosk",
        .key = "key",
        .value = settings->key,
        .why = client_key_check(settings->key, settings->certificate),
        .allowed = "a PEM file with the private key of [kiosk] certificate, without a pass phrase"};

    if (fault.why.code == ERR_CONFLICT)
        fault.wrong = "it is the key of another certificate";
    return failed(fault.why) ? config_refuse(&fault, out_message) : ERR_OK;
}

struct err identity_check(const struct settings *settings, char *out_message)
{
    struct err e = check_authority(settings, out_message);

    if (!failed(e))
        e = check_platform_key(settings, out_message);
    if (!failed(e))
        e = check_certificate(settings, out_message);
    if (!failed(e))
        e = check_key(settings, out_message);
    return e;
}
