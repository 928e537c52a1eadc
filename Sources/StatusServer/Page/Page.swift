import Foundation

/// The page for people: one HTML document that asks for `status` every two seconds. It loads nothing else, and the
/// policy that goes with it lets nothing else run.
enum Page {
    /// 128 random bits.
    static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Data(bytes).base64EncodedString()
    }

    /// Source: Content Security Policy Level 3. Script and style run by nonce alone, data comes from here alone.
    static func securityPolicy(nonce: String) -> String {
        [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'", "connect-src 'self'",
            "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    /// The document; all that the daemon says is filled in by the script, as text, never as markup.
    static func html(nonce: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>centroidd</title>
        <link rel="icon" href="data:image/svg+xml,\(icon)">
        <style nonce="\(nonce)">
        \(style)
        </style>
        </head>
        \(body)
        <script nonce="\(nonce)">
        \(script)
        </script>
        </html>

        """
    }

    private static let icon =
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='%230f766e'%3E"
        + "%3Ccircle cx='5' cy='5' r='3.2'/%3E%3Ccircle cx='11.5' cy='6.5' r='2.2'/%3E"
        + "%3Ccircle cx='8' cy='12' r='2.6'/%3E%3C/g%3E%3C/svg%3E"
}
