package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"time"
)

var (
	// ErrRefused: the token is not good. Answer 401.
	ErrRefused = errors.New("the token is not good")
	// ErrStale: the token says of its person what is true no more. Answer 401, and tell its program to refresh it.
	ErrStale = errors.New("the claims are stale")
	// ErrUnavailable: nobody can tell at this moment. Answer 503, never 401, which would make a program throw away a
	// good token.
	ErrUnavailable = errors.New("nobody can tell at this moment")
)

const (
	maxTokenLength = 4096
	// A revocation is published for so long; a token that lives longer would outlive it.
	maxLifeSeconds = 900
	// How far a clock may be off for iat; exp has no tolerance.
	maxAheadSeconds = 60
	// A token this young needs no list: the issuer's database has just vouched for its session.
	vouchedSeconds = 3
)

// Claims of an access token, as far as a service needs them.
type Claims struct {
	Iss, Sub, Sid, Role string
	Aud                 string // one audience: a list does not fit
	Iat, Exp, Nbf       float64
	Status              struct {
		List struct {
			Idx *int
			Uri string
		} `json:"status_list"`
	}
}

// Verifier verifies access tokens of one issuer with public facts only. Make one and keep it.
type Verifier struct {
	issuer, audience string
	keys             *keySet
	lists            *statusLists
	listURI          *regexp.Regexp
}

// NewVerifier takes the issuer's origin and the audience to accept; copies of status lists serve for maxStale while the
// issuer does not answer.
func NewVerifier(issuer, audience string, maxStale time.Duration) *Verifier {
	keys := &keySet{url: issuer + "/.well-known/jwks.json"}
	lists := &statusLists{keys: keys, maxStale: maxStale, held: map[string]*statusList{}}
	listURI := regexp.MustCompile("^" + regexp.QuoteMeta(issuer) + `/status-lists/[0-9]{1,9}$`)
	return &Verifier{issuer, audience, keys, lists, listURI}
}

// Verify gives the claims of a good token, ErrRefused, ErrStale or ErrUnavailable.
func (v *Verifier) Verify(token string) (Claims, error) {
	var c Claims
	if len(token) > maxTokenLength {
		return c, ErrRefused
	}
	if err := v.keys.decode(token, "at+jwt", &c); err != nil {
		return c, err
	}
	now, place := float64(time.Now().UnixMilli())/1000, c.Status.List
	isGood := c.Iss == v.issuer && c.Aud == v.audience && c.Sub != "" && c.Sid != "" && c.Role != "" &&
		c.Exp > now && c.Nbf <= now && c.Iat > 0 && c.Iat <= now+maxAheadSeconds && c.Exp-c.Iat <= maxLifeSeconds &&
		place.Idx != nil && *place.Idx >= 0 && v.listURI.MatchString(place.Uri)
	if !isGood {
		return c, ErrRefused
	}
	if age := now - c.Iat; age >= 0 && age < vouchedSeconds {
		return c, nil
	}
	return c, v.lists.check(place.Uri, *place.Idx)
}

// decode checks type and signature of a token and unpacks its claims. The algorithm is the key's, never the token's.
func (s *keySet) decode(token, typ string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ErrRefused
	}
	var header struct {
		Typ, Alg, Kid string
		Crit          any
	}
	signature, err := unpack(parts[2])
	if err != nil || unpackJSON(parts[0], &header) != nil || header.Typ != typ || header.Crit != nil {
		return ErrRefused
	}
	k, err := s.find(header.Kid)
	if err != nil {
		return err
	}
	isSigned := header.Alg == k.algorithm && k.hasSigned([]byte(parts[0]+"."+parts[1]), signature)
	if !isSigned || unpackJSON(parts[1], claims) != nil {
		return ErrRefused
	}
	return nil
}

func (k key) hasSigned(signed, signature []byte) bool {
	digest := sha256.Sum256(signed)
	switch public := k.public.(type) {
	case *ecdsa.PublicKey:
		return len(signature) == 64 && ecdsa.Verify(public, digest[:], number(signature[:32]), number(signature[32:]))
	case ed25519.PublicKey:
		return ed25519.Verify(public, signed, signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	}
	return false
}

func unpack(part string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(part) }

func unpackJSON(part string, into any) error {
	bytes, err := unpack(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, into)
}

func number(bytes []byte) *big.Int { return new(big.Int).SetBytes(bytes) }
