namespace Lagesbild.Security;

/// <summary>A reason not to let somebody in. The code is stable: support and callers' programs build on it.</summary>
/// <param name="Status">401 where a certificate is missing, else 403.</param>
/// <param name="Title">For a program's log, in English.</param>
/// <param name="Detail">What was wrong and what is accepted, in English.</param>
/// <param name="Heading">For a person, in Swedish.</param>
/// <param name="What">What is missing, in Swedish.</param>
/// <param name="How">How to get it, in Swedish.</param>
public sealed record Refusal(
    string Code,
    int Status,
    string Title,
    string Detail,
    string Heading,
    string What,
    string How
)
{
    /// <summary>Rather than about how, or how often, something was asked.</summary>
    public bool IsAboutAccess => Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;

    private const string ChooseAgain =
        "Stäng alla webbläsarfönster, öppna sidan igen och välj certifikatet för legitimering med HSA-id.";
    private const string AskIssuingOffice = "Vänd dig till kortutgivaren i din organisation.";

    public static Refusal CertificateMissing { get; } =
        new(
            "certificate-missing",
            StatusCodes.Status401Unauthorized,
            "A client certificate is needed",
            "No client certificate came with the TLS connection. Send a SITHS certificate: a person's with HSA-id (level of assurance 3), or a function certificate.",
            "Du behöver legitimera dig med SITHS",
            "Tjänsten läses med ett SITHS-kort, och inget certifikat följde med från din dator.",
            "Sätt i kortet, stäng alla webbläsarfönster, öppna sidan igen och välj certifikatet för legitimering med HSA-id. Saknar du kort, vänd dig till kortutgivaren i din organisation."
        );

    public static Refusal Chain { get; } =
        new(
            "chain",
            StatusCodes.Status403Forbidden,
            "The certificate is not trusted",
            "The client certificate does not lead to a root certificate that this service trusts. Use a SITHS certificate.",
            "Certifikatet är inte ett SITHS-certifikat",
            "Certifikatet som din dator visade leder inte till den SITHS-rot som tjänsten litar på.",
            ChooseAgain
        );

    public static Refusal Expired { get; } =
        new(
            "expired",
            StatusCodes.Status403Forbidden,
            "The certificate has expired",
            "The client certificate's validity has ended. Renew it.",
            "Certifikatet har gått ut",
            "Giltighetstiden för certifikatet är slut.",
            "Förnya certifikatet på kortet. " + AskIssuingOffice
        );

    public static Refusal NotYetValid { get; } =
        new(
            "not-yet-valid",
            StatusCodes.Status403Forbidden,
            "The certificate is not valid yet",
            "The client certificate's validity has not begun.",
            "Certifikatet gäller inte än",
            "Giltighetstiden för certifikatet har inte börjat.",
            "Vänta tills det börjar gälla, eller välj ett annat certifikat. " + AskIssuingOffice
        );

    public static Refusal Revoked { get; } =
        new(
            "revoked",
            StatusCodes.Status403Forbidden,
            "The certificate has been revoked",
            "The client certificate, or that of its issuer, has been revoked. Use one that has not.",
            "Certifikatet är spärrat",
            "Certifikatet har spärrats av sin utfärdare och kan inte användas mer.",
            "Välj ett annat certifikat. " + AskIssuingOffice
        );

    public static Refusal RevocationUnknown { get; } =
        new(
            "revocation-unknown",
            StatusCodes.Status403Forbidden,
            "It is not known whether the certificate has been revoked",
            "The service has no current revocation list of the client certificate's issuer. Nothing is wrong with the certificate; try again later.",
            "Certifikatet kan inte kontrolleras just nu",
            "Tjänsten saknar en aktuell spärrlista från den som utfärdat certifikatet. Det är inget fel på ditt kort.",
            "Försök igen om en stund. Står felet kvar, vänd dig till tjänstens förvaltning och uppge felkoden."
        );

    public static Refusal Issuer { get; } =
        new(
            "issuer",
            StatusCodes.Status403Forbidden,
            "The certificate's issuer is not accepted",
            "The client certificate was issued by a CA that this service does not accept. Use a SITHS certificate with HSA-id, not one with a personal identity number.",
            "Fel certifikat på kortet",
            "Certifikatet kommer från en utfärdare som tjänsten inte tar emot. Ett SITHS-kort har flera certifikat: det ska vara det med HSA-id.",
            ChooseAgain
        );

    public static Refusal KeyUsage { get; } =
        new(
            "key-usage",
            StatusCodes.Status403Forbidden,
            "The certificate is not for authentication",
            "The client certificate lacks the key usage digitalSignature: it is a signing certificate. Use the authentication certificate.",
            "Det valda certifikatet är till för underskrift",
            "Kortet har ett certifikat för legitimering och ett för underskrift. Det för underskrift valdes.",
            ChooseAgain
        );

    public static Refusal ExtendedKeyUsage { get; } =
        new(
            "extended-key-usage",
            StatusCodes.Status403Forbidden,
            "The certificate is not for client authentication",
            "The client certificate lacks the extended key usage clientAuth (1.3.6.1.5.5.7.3.2).",
            "Certifikatet är inte till för legitimering",
            "Certifikatet saknar den användning som krävs för att legitimera sig mot en tjänst.",
            ChooseAgain
        );

    public static Refusal Policy { get; } =
        new(
            "policy",
            StatusCodes.Status403Forbidden,
            "The certificate's policy is not accepted",
            "The client certificate carries none of the certificate policies that this service accepts from its issuer.",
            "Certifikatet är av fel slag",
            "Certifikatet är inte utfärdat enligt någon av de regler som tjänsten tar emot.",
            AskIssuingOffice
        );

    public static Refusal LevelOfAssurance { get; } =
        new(
            "level-of-assurance",
            StatusCodes.Status403Forbidden,
            "The level of assurance is too low",
            "The client certificate's level of assurance is below what this service requires of persons.",
            "Certifikatets tillitsnivå är för låg",
            "Tjänsten kräver tillitsnivå 3, och certifikatet har en lägre.",
            "Välj ett certifikat med tillitsnivå 3. Finns det inget på kortet, vänd dig till kortutgivaren i din organisation."
        );

    public static Refusal Identity { get; } =
        new(
            "identity",
            StatusCodes.Status403Forbidden,
            "The certificate holds no acceptable HSA-id",
            "The client certificate's subject must hold exactly one serialNumber, and that must be an HSA-id.",
            "Certifikatet saknar HSA-id",
            "Tjänsten känner igen dig på ditt HSA-id. Certifikatet som valdes har inget, eller har något annat på dess plats.",
            ChooseAgain
        );

    public static Refusal NotAuthorised { get; } =
        new(
            "not-authorised",
            StatusCodes.Status403Forbidden,
            "Not allowed",
            "The certificate is accepted, but its holder has not been given access to this.",
            "Du har inte behörighet hit",
            "Certifikatet godtogs, men innehavaren är inte upplagd för det här.",
            "Vänd dig till tjänstens förvaltning och ange organisationens nummer och ditt HSA-id."
        );

    /// <summary>The demo door answers to this machine's own names only, lest a foreign web page reach it through the browser.</summary>
    public static Refusal Host { get; } =
        new(
            "host",
            StatusCodes.Status421MisdirectedRequest,
            "Not this host",
            "The demo door answers to localhost, 127.0.0.1 and [::1] only.",
            "Fel adress",
            "Demonstrationen svarar bara under den här datorns egna namn.",
            "Öppna adressen som skrevs ut när demonstrationen startade."
        );
}
