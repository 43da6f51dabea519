// A service that lets in whoever brings a good access token of Handstamp. Go 1.19 or newer, the standard library only:
//
//	cd examples/go
//	ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3000 PORT=4000 go run .
package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"time"
)

const (
	challenge    = `Bearer realm="service"`
	invalidToken = challenge + `, error="invalid_token"`
	refreshIt    = invalidToken + `, error_description="The claims of the access token are stale: refresh it and try again"`
)

var (
	namesBearer = regexp.MustCompile(`(?i)^Bearer(?: |$)`)
	bearerToken = regexp.MustCompile(`(?i)^Bearer +(\S+) *$`)
)

func main() {
	seconds, err := strconv.ParseFloat(os.Getenv("MAX_STALE_SECONDS"), 64)
	if err != nil {
		seconds = 30
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "4000"
	}
	verifier := NewVerifier(os.Getenv("ISSUER"), os.Getenv("AUDIENCE"), time.Duration(seconds*float64(time.Second)))
	server := &http.Server{
		Addr:              "127.0.0.1:" + port,
		ReadHeaderTimeout: 5 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			serve(verifier, w, r)
		}),
	}
	log.Fatal(server.ListenAndServe())
}

func serve(verifier *Verifier, w http.ResponseWriter, r *http.Request) {
	authorization := r.Header.Get("Authorization")
	if !namesBearer.MatchString(authorization) {
		refuse(w, http.StatusUnauthorized, challenge)
		return
	}
	token := bearerToken.FindStringSubmatch(authorization)
	if token == nil {
		refuse(w, http.StatusBadRequest, challenge+`, error="invalid_request"`)
		return
	}
	claims, err := verifier.Verify(token[1])
	if errors.Is(err, ErrUnavailable) {
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if errors.Is(err, ErrStale) {
		refuse(w, http.StatusUnauthorized, refreshIt)
		return
	}
	if err != nil {
		refuse(w, http.StatusUnauthorized, invalidToken)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"sub": claims.Sub, "role": claims.Role})
}

func refuse(w http.ResponseWriter, status int, challenge string) {
	w.Header().Set("WWW-Authenticate", challenge)
	w.WriteHeader(status)
}
