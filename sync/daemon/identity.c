#include "sync/daemon/identity.h"

#include "kiosk/pki/certificate.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/keyring.h"

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

/* What is wrong inside the file is said with its own name and line. */
static struct err check_platform_keys(const struct settings *settings, char *out_message)
{
    struct keyring ring;
    struct config_fault fault = {.path = settings->path,
                                 .section = "platform",
                                 .key = "keys",
                                 .value = settings->platform_keys,
                                 .why = keyring_read(settings->platform_keys, &ring, out_message),
                                 .allowed = KEYRING_ALLOWED};

    return fault.why.code == ERR_IO ? config_refuse(&fault, out_message) : fault.why;
}

static struct err check_certificate(const struct settings *settings, char *out_message)
{
    struct config_fault fault = {
        .path = settings->path,
        .section = "kiosk",
        .key = "certificate",
        .value = settings->certificate,
        .why = client_certificate_check(settings->certificate, settings->kiosk),
        .allowed = "a PEM file with the kiosk's client certificate, its common name the id above; "
                   "certkiosk-syncd --enrol makes one"};

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

struct err identity_check_platform(const struct settings *settings, char *out_message)
{
    struct err e = check_authority(settings, out_message);

    return failed(e) ? e : check_platform_keys(settings, out_message);
}

struct err identity_check(const struct settings *settings, char *out_message)
{
    struct err e = identity_check_platform(settings, out_message);

    if (!failed(e))
        e = check_certificate(settings, out_message);
    if (!failed(e))
        e = check_key(settings, out_message);
    return e;
}
